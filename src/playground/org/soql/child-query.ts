import type { ObjectDef } from '../schema.js'
import type { Row } from '../store.js'
import type { Query } from './ast.js'
import { malformed, SoqlFailure } from './failure.js'
import type { FieldPath, PathResolver, Scope } from './field-path.js'
import { compileFilter } from './filter.js'
import { sortByField } from './order.js'
import { JsonProjection } from './projection.js'
import type { Selected } from './projection.js'
import { finish } from './row-source.js'
import type { RowView, Tail } from './row-source.js'

/** What a sub-query in the SELECT list shares with the statement around it. */
export interface ChildContext {
  readonly view: RowView
  readonly resolver: PathResolver
  readonly parent: ObjectDef
  readonly version: string
  readonly now: number
}

const childRelationship = ({ resolver, parent }: ChildContext, { from }: Query) => {
  const wanted = from.text.toLowerCase()
  const found = parent.childRelationships.find(({ relationshipName }) => relationshipName?.toLowerCase() === wanted)
  const def = found && resolver.store.object(found.childSObject)
  if (found && def && !resolver.hidden(def.name, found.field)) return { ...found, def }
  throw new SoqlFailure(
    'INVALID_TYPE',
    `Didn't understand relationship '${from.text}' in FROM part of query call. If you are attempting to use a custom ` +
      `relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the ` +
      `describe call for the appropriate names.`,
    from.start,
  )
}

const fieldsOf = (query: Query, resolver: PathResolver, scope: Scope): FieldPath[] =>
  query.select.map((item) => {
    if (item.kind === 'field' && !item.alias) return resolver.resolve(item.path, scope)
    const start = item.kind === 'aggregate' ? item.call.start : item.kind === 'field' ? item.path.start : item.start
    throw malformed('only fields can be selected in a sub-query', start)
  })

const nestedSemiJoin = (): never => {
  throw malformed('semi joins are not understood in a sub-query by this stand-in org')
}

/**
 * Compiles `(SELECT … FROM Relationship …)`: null where a record has none below it (soql.md §6). All children come at
 * once, without a cursor of their own.
 */
export const compileChildren = (query: Query, context: ChildContext): Selected => {
  const { view, resolver, now, version } = context
  const { def, field, relationshipName } = childRelationship(context, query)
  const scope: Scope = { def, alias: query.alias?.text }
  if (query.groupBy[0]) throw malformed('GROUP BY is not allowed in a sub-query', query.groupBy[0].start)
  const selected = fieldsOf(query, resolver, scope).map((path) => ({ kind: 'field', path }) as const)
  const filter = compileFilter(query.where, { resolver, scope, now, semiJoin: nestedSemiJoin })
  const by = query.orderBy.map((item) => {
    if (item.by.kind === 'field') return sortByField(resolver.resolve(item.by.path, scope), item)
    throw malformed('a sub-query can not be ordered by an aggregate', item.by.call.start)
  })
  const tail: Tail = { by, limit: query.limit?.value, offset: query.offset?.value ?? 0 }
  const projection = new JsonProjection(view.store, def, selected, version)
  const childrenOf = (parent: Row): readonly Row[] => {
    const all = view.store.lookup(def.name, field, parent.Id) ?? [...view.store.scan(def.name)]
    const own = all.filter((row) => row[field] === parent.Id && (view.includeDeleted || !row.IsDeleted))
    return finish(
      view,
      own.filter((row) => filter.test(row)),
      tail,
    )
  }
  const json = (parent: Row): object | null => {
    const records = childrenOf(parent).map((row) => projection.toJson(row))
    return records.length === 0 ? null : { totalSize: records.length, done: true, records }
  }
  return { kind: 'children', name: relationshipName ?? query.from.text, json }
}
