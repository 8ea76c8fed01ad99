import { isObject } from '../org/json-body.js'
import { ControlError } from './control-error.js'
import type { ControlCall, Controlled, ControlRoute } from './control-route.js'
import { dumpLines } from './dump.js'
import { objectNamed, parentsFirst } from './object-order.js'
import { parseObject } from './request-body.js'
import { Seeding } from './seeding.js'

/** Records in and out, past every rule of saving. */
export function recordRoutes({ core: { store } }: Controlled): ControlRoute[] {
  const dump = (objects: Parameters<typeof dumpLines>[1]) => ({ lines: dumpLines(store, objects) })
  return [
    {
      method: 'GET',
      path: '/dump',
      means: 'all records of all objects as NDJSON, in the order in which seed can take them back',
      handle: () => dump(parentsFirst(store.schema)),
    },
    {
      method: 'GET',
      path: '/dump/:object',
      means: 'the same for one object',
      handle: ({ params }) => dump([objectNamed(store.schema, params['object'] ?? '')]),
    },
    {
      method: 'POST',
      path: '/seed',
      means:
        'load records as they are, no rule applied: {"Contact": [{"LastName": "Okafor"}]}, or NDJSON as dump gives it',
      async handle(call) {
        const seeding = new Seeding(store)
        await (call.type === 'application/x-ndjson' ? seedLines(call, seeding) : seedDocument(call, seeding))
        return { json: { loaded: seeding.loaded } }
      },
    },
  ]
}

async function seedLines(call: ControlCall, seeding: Seeding): Promise<void> {
  let line = 0
  for await (const text of call.lines()) {
    line++
    if (text.trim() !== '') await seeding.take(parseObject(text, `line ${line}: `), `line ${line}`)
  }
  await seeding.flush()
}

/** Whatever the order of its keys, parents come first. */
async function seedDocument(call: ControlCall, seeding: Seeding): Promise<void> {
  const body = await call.json()
  const named = Object.entries(body).map(([name, records]) => ({ def: objectNamed(seeding.schema, name), records }))
  for (const def of parentsFirst(seeding.schema)) {
    for (const { records } of named.filter((one) => one.def === def)) {
      if (!Array.isArray(records) || !records.every(isObject)) {
        throw new ControlError(400, `${def.name} is no list of records`, `Send {"${def.name}": [{…}, {…}]}.`)
      }
      for (const [at, record] of records.entries()) await seeding.record(def, record, `${def.name} ${at + 1}`)
    }
  }
  await seeding.flush()
}
