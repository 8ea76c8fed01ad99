import type { AggregateCall, AggregateFunction, Count, Name, OrderItem, Query, SelectItem } from './ast.js'
import { parseCondition } from './condition-parser.js'
import { TokenCursor } from './cursor.js'
import { malformed, notUnderstood } from './failure.js'
import type { Token } from './lexer.js'

/** Longest statement, in characters (limits.md §3). */
const MAX_CHARACTERS = 100_000

const FUNCTIONS = new Set<string>(['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'] satisfies AggregateFunction[])
const isAggregate = (name: string): name is AggregateFunction => FUNCTIONS.has(name)

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

const nameOf = ({ text, start }: Token): Name => ({ text, start })

const aggregateCall = (cursor: TokenCursor): AggregateCall | undefined => {
  const token = cursor.peek()
  const fn = token.text.toUpperCase()
  if (token.kind !== 'word' || !cursor.isSymbol('(', 1) || !isAggregate(fn)) return undefined
  cursor.take()
  cursor.take()
  const empty = fn === 'COUNT' && cursor.isSymbol(')')
  const path = empty ? undefined : nameOf(cursor.takeName())
  cursor.expectSymbol(')')
  return { fn, path, start: token.start }
}

/** An alias is only believed when the list goes on after it: in `SELECT Id FORM Contact` the culprit is FORM. */
const aliasOf = (cursor: TokenCursor): Name | undefined => {
  if (cursor.peek().kind !== 'word' || cursor.isWord('FROM')) return undefined
  if (!cursor.isSymbol(',', 1) && !cursor.isWord('FROM', 1)) throw cursor.unexpected()
  return nameOf(cursor.take())
}

const children = (cursor: TokenCursor, nested: boolean): SelectItem => {
  const { start } = cursor.take()
  if (nested) throw notUnderstood('a sub-query inside a sub-query', start)
  const inner = query(cursor, true)
  cursor.expectSymbol(')')
  return { kind: 'children', query: inner, start }
}

const selectItem = (cursor: TokenCursor, nested: boolean): SelectItem => {
  if (cursor.isSymbol('(') && cursor.isWord('SELECT', 1)) return children(cursor, nested)
  if (cursor.isWord('TYPEOF') && cursor.peek(1).kind === 'word') throw notUnderstood('TYPEOF', cursor.peek().start)
  const call = aggregateCall(cursor)
  if (call) return { kind: 'aggregate', call, alias: aliasOf(cursor) }
  return { kind: 'field', path: nameOf(cursor.takeName()), alias: aliasOf(cursor) }
}

const selectList = (cursor: TokenCursor, nested: boolean): SelectItem[] => {
  const items: SelectItem[] = []
  do items.push(selectItem(cursor, nested))
  while (cursor.acceptSymbol(','))
  return items
}

const groupBy = (cursor: TokenCursor): Name[] => {
  if (!cursor.acceptWord('GROUP')) return []
  cursor.expectWord('BY')
  const names: Name[] = []
  do names.push(nameOf(cursor.takeName()))
  while (cursor.acceptSymbol(','))
  if (cursor.isWord('HAVING')) throw notUnderstood('HAVING', cursor.peek().start)
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

function query(cursor: TokenCursor, nested: boolean): Query {
  cursor.expectWord('SELECT')
  const select = selectList(cursor, nested)
  cursor.expectWord('FROM')
  const from = nameOf(cursor.takeName())
  const alias = objectAlias(cursor)
  refuse(cursor, ['USING'])
  const where = cursor.acceptWord('WHERE') ? parseCondition(cursor, (inner) => query(inner, true)) : undefined
  refuse(cursor, ['WITH'])
  const grouped = groupBy(cursor)
  const ordered = orderBy(cursor)
  const limit = count(cursor, 'LIMIT')
  const offset = count(cursor, 'OFFSET')
  refuse(cursor, ['FOR', 'ALL', 'UPDATE'])
  return { select, from, alias, where, groupBy: grouped, orderBy: ordered, limit, offset }
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
  const parsed = query(cursor, false)
  if (cursor.peek().kind !== 'end') throw cursor.unexpected()
  return parsed
}
