import type { JsonObject } from '../org/json-body.js'
import { ControlError } from './control-error.js'
import type { Controlled, ControlRoute } from './control-route.js'

const FIX = 'Send {"to": "story"} or {"to": "empty"}.'

/** Everything back to its start. `hold` keeps the org from answering while that goes on. */
export function resetRoute(controlled: Controlled, hold: (work: Promise<void>) => void): ControlRoute {
  return {
    method: 'POST',
    path: '/reset',
    means: 'back to the story as told at the start, or to nothing: {"to": "story"}, {"to": "empty"}',
    async handle(call) {
      const to = destination(await call.json(), controlled)
      const work = reset(controlled, to)
      hold(work)
      await work
      return { json: { reset: to, records: counts(controlled) } }
    },
  }
}

function destination({ to = 'story', ...others }: JsonObject, { retell }: Controlled): 'story' | 'empty' {
  if (Object.keys(others).length > 0 || (to !== 'story' && to !== 'empty')) {
    throw new ControlError(400, `it cannot be reset to ${JSON.stringify({ to, ...others })}`, FIX)
  }
  if (to === 'story' && retell === undefined) {
    throw new ControlError(409, 'no story was told to this org', 'Send {"to": "empty"}.')
  }
  return to
}

async function reset(
  { clearOrg, mongo, retell, keep, requests, faults, clock }: Controlled,
  to: string,
): Promise<void> {
  clock.reset()
  clearOrg()
  await mongo?.clear()
  if (to === 'story') await retell?.()
  faults.disarmAll()
  requests.clear()
  await keep()
}

function counts({ core: { store } }: Controlled): Record<string, number> {
  return Object.fromEntries(store.schema.objects().map(({ name }) => [name, store.count(name)]))
}
