import { ROLL_UPS } from '../org/derived.js'
import type { ObjectDef } from '../org/schema.js'
import type { Row, Store } from '../org/store.js'

/** Lines handed over at once. */
const CHUNK = 500

/**
 * Records as lines that seed takes back: first the custom fields, then each record with what differs from an empty one.
 * What the platform counts up by itself is left out, or it would be counted twice.
 */
export function* dumpLines(store: Store, objects: readonly ObjectDef[]): Generator<string> {
  let lines: string[] = []
  for (const line of allLines(store, objects)) {
    lines.push(line)
    if (lines.length < CHUNK) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function* allLines(store: Store, objects: readonly ObjectDef[]): Generator<string> {
  for (const def of objects) {
    for (const field of def.fields.filter(({ custom }) => custom)) {
      yield JSON.stringify({ attributes: { type: 'CustomField' }, object: def.name, field })
    }
  }
  for (const def of objects) {
    const blank = store.blank(def.name)
    for (const row of store.scan(def.name)) yield JSON.stringify(recordOf(def, row, blank))
  }
}

function recordOf(def: ObjectDef, row: Row, blank: Row): object {
  const record: Record<string, unknown> = { attributes: { type: def.name } }
  for (const { name } of def.fields) {
    const value = row[name] ?? null
    if (value !== (blank[name] ?? null) && !ROLL_UPS.includes(name)) record[name] = value
  }
  return record
}
