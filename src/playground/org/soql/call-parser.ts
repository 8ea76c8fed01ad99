import type { AggregateCall, AggregateFunction, Name } from './ast.js'
import type { TokenCursor } from './cursor.js'
import type { Token } from './lexer.js'

const FUNCTIONS = new Set<string>(['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'] satisfies AggregateFunction[])
const isAggregate = (name: string): name is AggregateFunction => FUNCTIONS.has(name)

export const nameOf = ({ text, start }: Token): Name => ({ text, start })

/** `COUNT(Id)` if it stands here. */
export const aggregateCall = (cursor: TokenCursor): AggregateCall | undefined => {
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
