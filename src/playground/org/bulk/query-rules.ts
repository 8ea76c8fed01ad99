import type { Query, SelectItem } from '../soql/ast.js'
import { PathResolver } from '../soql/field-path.js'
import type { Scope } from '../soql/field-path.js'
import { parseSoql } from '../soql/parser.js'
import type { Store } from '../store.js'
import { OrgError } from './refusal.js'

/** The code is that of the platform's "not supported in Bulk Query" answers; bulk2.md §7 names none. */
const refused = (what: string): OrgError =>
  new OrgError(400, 'FUNCTIONALITY_NOT_ENABLED', `${what} not supported in Bulk Query`)

const selected = (item: SelectItem, resolver: PathResolver, scope: Scope): string | undefined => {
  switch (item.kind) {
    case 'aggregate':
      return 'Aggregate functions'
    case 'children':
      return 'Aggregate Relationships'
    case 'typeof':
      return 'TYPEOF'
    case 'fields':
      return `FIELDS(${item.set})`
    default:
      return resolver.resolve(item.path, scope).field.type === 'address' ? 'Selecting compound data' : undefined
  }
}

const construct = (query: Query, resolver: PathResolver, scope: Scope): string | undefined => {
  if (query.groupBy.length > 0) return 'GROUP BY'
  if (query.offset) return 'OFFSET'
  for (const item of query.select) {
    const what = selected(item, resolver, scope)
    if (what !== undefined) return what
  }
  return undefined
}

/**
 * Refuses what a bulk query may not contain although it is good SOQL: grouping, OFFSET, aggregates, sub-queries, TYPEOF,
 * FIELDS() and compound fields (bulk2.md §7). The statement has already been prepared.
 *
 * @throws OrgError 400
 */
export const checkBulkQuery = (text: string, store: Store): void => {
  const query = parseSoql(text)
  const def = store.object(query.from.text)
  if (!def) return
  const what = construct(query, new PathResolver(store, () => false), { def, alias: query.alias?.text })
  if (what !== undefined) throw refused(what)
}
