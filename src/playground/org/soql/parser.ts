import type { Count, Name, OrderItem, Query } from './ast.js'
import { aggregateCall, nameOf } from './call-parser.js'
import { parseCondition } from './condition-parser.js'
import { TokenCursor } from './cursor.js'
import { malformed, notUnderstood } from './failure.js'
import { selectList } from './select-parser.js'

/** Longest statement, in characters (limits.md §3). */
const MAX_CHARACTERS = 100_000
/** Statements inside statements: children go five levels down (soql.md §4). */
const MAX_DEPTH = 5

/** Words that begin a clause and so are never the alias of an object. */
const CLAUSES = new Set([
  'WHERE',
  'WITH',
  'GROUP',
  'HAVING',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'FOR',
  'USING',
  'ALL',
  'UPDATE',
  'AS',
])

const groupBy = (cursor: TokenCursor): Name[] => {
  if (!cursor.acceptWord('GROUP')) return []
  cursor.expectWord('BY')
  const names: Name[] = []
  do names.push(nameOf(cursor.takeName()))
  while (cursor.acceptSymbol(','))
  return names
}

const orderItem = (cursor: TokenCursor): OrderItem => {
  const call = aggregateCall(cursor)
  const by = call
    ? ({ kind: 'aggregate', call } as const)
    : ({ kind: 'field', path: nameOf(cursor.takeName()) } as const)
  const descending = cursor.acceptWord('DESC')
  if (!descending) cursor.acceptWord('ASC')
  if (!cursor.acceptWord('NULLS')) return { by, descending, nullsLast: false }
  const nullsLast = cursor.acceptWord('LAST')
  if (!nullsLast) cursor.expectWord('FIRST')
  return { by, descending, nullsLast }
}

const orderBy = (cursor: TokenCursor): OrderItem[] => {
  if (!cursor.acceptWord('ORDER')) return []
  cursor.expectWord('BY')
  const items: OrderItem[] = []
  do items.push(orderItem(cursor))
  while (cursor.acceptSymbol(','))
  return items
}

const count = (cursor: TokenCursor, keyword: string): Count | undefined => {
  if (!cursor.acceptWord(keyword)) return undefined
  if (cursor.isSymbol(':')) throw malformed('Bind variables only allowed in Apex code', cursor.peek().start)
  const token = cursor.peek()
  if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw cursor.unexpected()
  cursor.take()
  return { value: Number(token.text), start: token.start }
}

const refuse = (cursor: TokenCursor, clauses: readonly string[]): void => {
  for (const clause of clauses) {
    if (cursor.isWord(clause)) throw notUnderstood(clause, cursor.peek().start)
  }
}

const objectAlias = (cursor: TokenCursor): Name | undefined => {
  const token = cursor.peek()
  if (token.kind !== 'word' || CLAUSES.has(token.text.toUpperCase())) return undefined
  if (token.text.includes('.')) throw cursor.unexpected()
  return nameOf(cursor.take())
}

const usingScope = (cursor: TokenCursor): Name | undefined => {
  if (!cursor.acceptWord('USING')) return undefined
  cursor.expectWord('SCOPE')
  return nameOf(cursor.takeName())
}

/** FOR VIEW, REFERENCE, UPDATE: what they keep up to date, or lock, no answer shows (soql.md §1). */
const forWhat = (cursor: TokenCursor): void => {
  while (cursor.acceptWord('FOR')) {
    do if (!['VIEW', 'REFERENCE', 'UPDATE'].some((word) => cursor.acceptWord(word))) throw cursor.unexpected()
    while (cursor.acceptSymbol(','))
  }
}

function query(cursor: TokenCursor, depth: number): Query {
  if (depth > MAX_DEPTH)
    throw malformed(`statements are nested more than ${MAX_DEPTH} levels deep`, cursor.peek().start)
  const inner = (at: TokenCursor): Query => query(at, depth + 1)
  cursor.expectWord('SELECT')
  const select = selectList(cursor, inner)
  cursor.expectWord('FROM')
  const from = nameOf(cursor.takeName())
  const alias = objectAlias(cursor)
  const scope = usingScope(cursor)
  const where = cursor.acceptWord('WHERE') ? parseCondition(cursor, inner) : undefined
  refuse(cursor, ['WITH'])
  const grouped = groupBy(cursor)
  const having = grouped.length > 0 && cursor.acceptWord('HAVING') ? parseCondition(cursor, undefined) : undefined
  const ordered = orderBy(cursor)
  const limit = count(cursor, 'LIMIT')
  const offset = count(cursor, 'OFFSET')
  forWhat(cursor)
  refuse(cursor, ['ALL', 'UPDATE'])
  return { select, from, alias, scope, where, groupBy: grouped, having, orderBy: ordered, limit, offset }
}

/**
 * Reads one SELECT statement: the subset of soql.md §1, everything else refused in place.
 *
 * Hand-written, because the known parser of the npm registry (@jetstreamapp/soql-parser-js) keeps escapes unread, tells
 * no position of a name once parsed, and lets `a AND NOT b` through, which the org refuses (its issue 201).
 *
 * @throws SoqlFailure MALFORMED_QUERY with the offset of the offending token
 */
export const parseSoql = (text: string): Query => {
  if (text.length > MAX_CHARACTERS) {
    throw malformed(`SOQL statements can not be longer than ${MAX_CHARACTERS} characters`)
  }
  const cursor = new TokenCursor(text)
  const parsed = query(cursor, 0)
  if (cursor.peek().kind !== 'end') throw cursor.unexpected()
  return parsed
}
