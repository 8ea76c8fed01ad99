import type { FieldSet, Name, Query, SelectItem, TypeOf } from './ast.js'
import { aggregateCall, nameOf } from './call-parser.js'
import type { TokenCursor } from './cursor.js'

/** How a sub-query in the list is read; handed in, because a statement holds a list and this holds statements. */
export type ParseSubQuery = (cursor: TokenCursor) => Query

const SETS: readonly FieldSet[] = ['ALL', 'STANDARD', 'CUSTOM']

/** An alias is only believed when the list goes on after it: in `SELECT Id FORM Contact` the culprit is FORM. */
const aliasOf = (cursor: TokenCursor): Name | undefined => {
  if (cursor.peek().kind !== 'word' || cursor.isWord('FROM')) return undefined
  if (!cursor.isSymbol(',', 1) && !cursor.isWord('FROM', 1)) throw cursor.unexpected()
  return nameOf(cursor.take())
}

const children = (cursor: TokenCursor, parseSubQuery: ParseSubQuery): SelectItem => {
  const { start } = cursor.take()
  const query = parseSubQuery(cursor)
  cursor.expectSymbol(')')
  return { kind: 'children', query, start }
}

const fieldSet = (cursor: TokenCursor): SelectItem => {
  const { start } = cursor.take()
  cursor.take()
  const set = SETS.find((one) => cursor.acceptWord(one))
  if (!set) throw cursor.unexpected()
  cursor.expectSymbol(')')
  return { kind: 'fields', set, start }
}

const label = (cursor: TokenCursor): SelectItem => {
  cursor.take()
  cursor.take()
  const path = nameOf(cursor.takeName())
  cursor.expectSymbol(')')
  return { kind: 'label', path, alias: aliasOf(cursor) }
}

const names = (cursor: TokenCursor): Name[] => {
  const list: Name[] = []
  do list.push(nameOf(cursor.takeName()))
  while (cursor.acceptSymbol(','))
  return list
}

const typeOf = (cursor: TokenCursor): SelectItem => {
  const { start } = cursor.take()
  const relationship = nameOf(cursor.takeName())
  const branches: TypeOf['branches'][number][] = []
  while (branches.length === 0 || cursor.isWord('WHEN')) {
    cursor.expectWord('WHEN')
    const type = nameOf(cursor.takeName())
    cursor.expectWord('THEN')
    branches.push({ type, fields: names(cursor) })
  }
  const otherwise = cursor.acceptWord('ELSE') ? names(cursor) : []
  cursor.expectWord('END')
  return { kind: 'typeof', typeOf: { relationship, branches, otherwise }, start }
}

const selectItem = (cursor: TokenCursor, parseSubQuery: ParseSubQuery): SelectItem => {
  if (cursor.isSymbol('(') && cursor.isWord('SELECT', 1)) return children(cursor, parseSubQuery)
  if (cursor.isWord('TYPEOF') && cursor.peek(1).kind === 'word' && cursor.isWord('WHEN', 2)) return typeOf(cursor)
  if (cursor.isWord('FIELDS') && cursor.isSymbol('(', 1)) return fieldSet(cursor)
  if (cursor.isWord('TOLABEL') && cursor.isSymbol('(', 1)) return label(cursor)
  const call = aggregateCall(cursor)
  if (call) return { kind: 'aggregate', call, alias: aliasOf(cursor) }
  return { kind: 'field', path: nameOf(cursor.takeName()), alias: aliasOf(cursor) }
}

/** What stands between SELECT and FROM. */
export const selectList = (cursor: TokenCursor, parseSubQuery: ParseSubQuery): SelectItem[] => {
  const items: SelectItem[] = []
  do items.push(selectItem(cursor, parseSubQuery))
  while (cursor.acceptSymbol(','))
  return items
}
