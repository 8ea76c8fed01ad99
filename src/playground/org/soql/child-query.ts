import type { ObjectDef } from '../schema.js'
import type { Row } from '../store.js'
import type { Query } from './ast.js'
import { childColumn, columnsOf } from './column-metadata.js'
import { malformed, SoqlFailure } from './failure.js'
import type { PathResolver, Scope } from './field-path.js'
import { compileFilter } from './filter.js'
import { sortByField } from './order.js'
import { JsonProjection } from './projection.js'
import type { ChildPager, RecordList, Selected } from './projection.js'
import { finish } from './row-source.js'
import type { Tail } from './row-source.js'
import { compileSelection } from './selection.js'
import type { SelectionContext } from './selection.js'

/** Sub-queries go five levels down from this version on, one level before (soql.md §4). */
const [DEEP_SINCE, MAX_LEVELS] = [58, 5]

const checkDepth = ({ version, path }: SelectionContext, start: number): void => {
  const levels = Number(version) < DEEP_SINCE ? 1 : MAX_LEVELS
  if (path.length < levels) return
  const message = `SOQL statements cannot query aggregate relationships more than ${levels} level away from the root entity object.`
  throw malformed(message, start)
}

const childRelationship = (resolver: PathResolver, parent: ObjectDef, { from }: Query) => {
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

const tailOf = (query: Query, resolver: PathResolver, scope: Scope): Tail => {
  const by = query.orderBy.map((item) => {
    if (item.by.kind === 'field') return sortByField(resolver.resolve(item.by.path, scope), item)
    throw malformed('a sub-query can not be ordered by an aggregate', item.by.call.start)
  })
  return { by, limit: query.limit?.value, offset: query.offset?.value ?? 0 }
}

const nestedSemiJoin = (): never => {
  throw malformed('semi joins are not understood in a sub-query by this stand-in org')
}

const pageJson = (list: RecordList, pager: ChildPager | undefined): object | null => {
  const totalSize = list.rows.length
  if (totalSize === 0) return null
  if (!pager) return { totalSize, done: true, records: list.rows.map((row) => list.toJson(row)) }
  const { records, nextRecordsUrl } = pager.page(list)
  return { totalSize, done: nextRecordsUrl === undefined, ...(nextRecordsUrl ? { nextRecordsUrl } : {}), records }
}

/** Compiles `(SELECT … FROM Relationship …)`: null where a record has none below it (soql.md §6). */
export const compileChildren = (query: Query, start: number, parent: ObjectDef, outer: SelectionContext): Selected => {
  const { view, resolver, clock, version } = outer
  checkDepth(outer, start)
  const { def, field, relationshipName } = childRelationship(resolver, parent, query)
  const name = relationshipName ?? query.from.text
  const place = { object: def.name, path: [...outer.path, name] }
  const scope: Scope = { def, alias: query.alias?.text }
  if (query.groupBy[0]) throw malformed('GROUP BY is not allowed in a sub-query', query.groupBy[0].start)
  if (query.scope) throw malformed('USING SCOPE is not allowed in a sub-query', query.scope.start)
  const selected = compileSelection(query, def, { ...outer, path: place.path })
  const filter = compileFilter(query.where, { resolver, scope, clock, semiJoin: nestedSemiJoin })
  const tail = tailOf(query, resolver, scope)
  const projection = new JsonProjection(view.store, def, selected, version)
  const childrenOf = (row: Row): readonly Row[] => {
    const all = view.store.lookup(def.name, field, row.Id) ?? [...view.store.scan(def.name)]
    const own = all.filter((one) => one[field] === row.Id && (view.includeDeleted || !one.IsDeleted))
    return finish(
      view,
      own.filter((one) => filter.test(one)),
      tail,
    )
  }
  const toJson: RecordList['toJson'] = (row, pager) => projection.toJson(row, pager)
  const json = (row: Row, pager?: ChildPager) => pageJson({ rows: childrenOf(row), place, toJson }, pager)
  return { kind: 'nested', name, column: childColumn(name, columnsOf(selected)), projection, json }
}
