import { Context, ProcessingMode } from 'mingo/core'
import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import * as queryOperators from 'mingo/operators/query'
import { type Options } from 'mingo/types'
import { EXPRESSIONS } from './expressions.js'
import { PREDICATES } from './predicates.js'

/** What an expression may refer to beside the document: the server's time (milliseconds) and a command's `let`. */
export interface Scope {
  readonly now: number
  readonly variables: Readonly<Record<string, unknown>>
}

/** For filters that refer to neither. */
export const UNSCOPED: Scope = { now: 0, variables: {} }

/** mingo's language with our operators in the place of those that differ from MongoDB's. */
export const LANGUAGE = Context.init({
  query: { ...queryOperators, ...PREDICATES },
  expression: { ...expressions, ...EXPRESSIONS },
  accumulator: accumulators,
})

/** Options for whatever of mingo's is run. */
export function options({ variables }: Scope): Options {
  return {
    idKey: '_id',
    processingMode: ProcessingMode.CLONE_OFF,
    useStrictMode: true,
    scriptEnabled: false,
    failOnError: true,
    context: LANGUAGE,
    variables,
  }
}
