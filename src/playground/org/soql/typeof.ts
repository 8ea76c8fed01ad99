import type { ObjectDef } from '../schema.js'
import type { Row } from '../store.js'
import type { Name, TypeOf } from './ast.js'
import { columnsOf, parentColumn } from './column-metadata.js'
import { malformed } from './failure.js'
import type { Scope } from './field-path.js'
import { JsonProjection } from './projection.js'
import type { Selected } from './projection.js'
import type { SelectionContext } from './selection.js'

/** The reference behind TYPEOF; it must be able to point to several objects. */
const polymorphic = ({ relationship }: TypeOf, { def }: Scope, { resolver }: SelectionContext) => {
  const field = def.parent(relationship.text)
  if (field && field.referenceTo.length > 1 && !resolver.hidden(def.name, field.name)) return field
  throw malformed(
    `TYPEOF can only be used with polymorphic relationships, not ${relationship.text}`,
    relationship.start,
  )
}

/** A type of a WHEN that the reference may point to; undefined where this org has no records of it. */
const branchObject = (
  type: Name,
  targets: readonly string[],
  { resolver }: SelectionContext,
): ObjectDef | undefined => {
  const name = targets.find((target) => target.toLowerCase() === type.text.toLowerCase())
  if (name !== undefined) return resolver.store.object(name)
  throw malformed(`${type.text} is not among the types of the relationship: ${targets.join(', ')}`, type.start)
}

/** `TYPEOF Owner WHEN User THEN Username ELSE Name END`: fields that depend on what a reference points to (soql.md §6). */
export const compileTypeOf = (typeOf: TypeOf, start: number, scope: Scope, context: SelectionContext): Selected => {
  const { resolver, version, path } = context
  if (path.length > 0) throw malformed('TYPEOF is not allowed in a sub-query', start)
  const field = polymorphic(typeOf, scope, context)
  const name = field.relationshipName ?? typeOf.relationship.text
  const fieldsOf = (def: ObjectDef, names: readonly Name[]): Selected[] =>
    names.map((one) => ({ kind: 'field', path: resolver.resolve(one, { def, alias: undefined }) }))
  const branches = new Map<string, Selected[]>()
  for (const { type, fields } of typeOf.branches) {
    const def = branchObject(type, field.referenceTo, context)
    if (def) branches.set(def.name, fieldsOf(def, fields))
  }
  const otherwise = fieldsOf(resolver.nameObject(), typeOf.otherwise)
  const json = (row: Row): object | null => {
    const target = resolver.store.get(String(row[field.name]))
    const def = target && resolver.store.schema.byPrefix(target.Id)
    if (!def) return null
    return new JsonProjection(resolver.store, def, branches.get(def.name) ?? otherwise, version).toJson(target)
  }
  const selected = [...branches.values(), otherwise].flat()
  return { kind: 'nested', name, column: parentColumn(name, field.name, columnsOf(selected)), json }
}
