import type { ObjectDef, Schema } from '../org/schema.js'
import { ControlError } from './control-error.js'
import { nearest } from './nearest.js'

/** An object by its name in any case. Throws a ControlError that names the nearest. */
export function objectNamed(schema: Schema, name: string): ObjectDef {
  const def = schema.object(name)
  if (def !== undefined) return def
  const names = schema.objects().map((one) => one.name)
  throw new ControlError(
    404,
    `the org has no object ${name}`,
    `Did you mean ${nearest(name, names)}? It has ${names.join(', ')}.`,
  )
}

/** What an object takes from another without referring to it: whether a member responded, by its status (objects.md §5). */
const TAKEN_FROM: Readonly<Record<string, readonly string[]>> = { CampaignMember: ['CampaignMemberStatus'] }

/** All objects, each behind those that it refers to as far as they do not refer to each other. */
export function parentsFirst(schema: Schema): ObjectDef[] {
  const placed = new Set<ObjectDef>()
  const seen = new Set<ObjectDef>()
  const place = (def: ObjectDef) => {
    if (seen.has(def)) return
    seen.add(def)
    const referred = def.fields.flatMap(({ referenceTo }) => referenceTo)
    for (const name of [...referred, ...(TAKEN_FROM[def.name] ?? [])]) {
      const parent = schema.object(name)
      if (parent !== undefined) place(parent)
    }
    placed.add(def)
  }
  for (const def of schema.objects()) place(def)
  return [...placed]
}
