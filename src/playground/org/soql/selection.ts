import type { FieldDef, ObjectDef } from '../schema.js'
import type { FieldValue } from '../store.js'
import type { FieldSet, Name, Query, SelectItem } from './ast.js'
import type { CallerClock } from './caller-clock.js'
import { compileChildren } from './child-query.js'
import { malformed } from './failure.js'
import type { FieldPath, PathResolver, Scope } from './field-path.js'
import type { Selected } from './projection.js'
import type { RowView } from './row-source.js'
import { compileTypeOf } from './typeof.js'

/** `FIELDS(ALL)` and `FIELDS(CUSTOM)` want at most so many rows (soql.md §1). */
const MAX_ROWS_OF_ALL_FIELDS = 200

/** What the SELECT lists of one statement are compiled with. */
export interface SelectionContext {
  readonly view: RowView
  readonly resolver: PathResolver
  readonly version: string
  readonly clock: CallerClock
  /** The relationships that lead here: as many as there are statements around this one. */
  readonly path: readonly string[]
}

const SETS: Record<FieldSet, (field: FieldDef) => boolean> = {
  ALL: () => true,
  STANDARD: ({ custom }) => !custom,
  CUSTOM: ({ custom }) => custom,
}

const allFields = (set: FieldSet, start: number, query: Query, scope: Scope, resolver: PathResolver): Selected[] => {
  if (set !== 'STANDARD' && (query.limit?.value ?? Number.POSITIVE_INFINITY) > MAX_ROWS_OF_ALL_FIELDS) {
    throw malformed(`The SOQL FIELDS function must have a LIMIT of at most ${MAX_ROWS_OF_ALL_FIELDS}`, start)
  }
  const visible = scope.def.fields.filter((field) => SETS[set](field) && !resolver.hidden(scope.def.name, field.name))
  return visible.map(({ name }) => ({ kind: 'field', path: resolver.resolve({ text: name, start }, scope) }))
}

/** The label of a picklist value; what has none stands for itself (soql.md §6). */
const labelled = (path: FieldPath, alias: Name | undefined): FieldPath => {
  const labels = new Map(path.field.picklistValues.map(({ value, label }) => [value, label]))
  const read: FieldPath['read'] = (row) => {
    const value: FieldValue = path.read(row)
    return (typeof value === 'string' ? labels.get(value) : undefined) ?? value
  }
  if (!alias) return { ...path, read }
  return { ...path, read, steps: [], text: alias.text, field: { ...path.field, name: alias.text } }
}

const selectedOf = (item: SelectItem, query: Query, scope: Scope, context: SelectionContext): Selected[] => {
  const { resolver } = context
  switch (item.kind) {
    case 'field':
      if (item.alias) throw malformed('only aggregate expressions use field aliasing', item.alias.start)
      return [{ kind: 'field', path: resolver.resolve(item.path, scope) }]
    case 'label':
      return [{ kind: 'field', path: labelled(resolver.resolve(item.path, scope), item.alias) }]
    case 'fields':
      return allFields(item.set, item.start, query, scope, resolver)
    case 'typeof':
      return [compileTypeOf(item.typeOf, item.start, scope, context)]
    case 'children':
      return [compileChildren(item.query, item.start, scope.def, context)]
    case 'aggregate':
      throw malformed('only fields can be selected in a sub-query', item.call.start)
  }
}

const checkDistinct = (selected: readonly Selected[]): void => {
  const seen = new Set<string>()
  for (const item of selected) {
    if (item.kind === 'nested') continue
    const { text, start } = item.path
    if (seen.has(text)) throw malformed(`duplicate field selected: ${text}`, start)
    seen.add(text)
  }
}

/**
 * Compiles the SELECT list of a statement without aggregates.
 *
 * @throws SoqlFailure for unknown names, fields named twice, and FIELDS() without its LIMIT
 */
export const compileSelection = (query: Query, def: ObjectDef, context: SelectionContext): Selected[] => {
  const scope: Scope = { def, alias: query.alias?.text }
  const selected = query.select.flatMap((item) => selectedOf(item, query, scope, context))
  checkDistinct(selected)
  return selected
}
