import { evalExpr } from 'mingo/core'
import { CommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { checkExpression, withClock } from './expression-check.js'
import { fieldsOfExpression } from './expression-fields.js'
import { options } from './language.js'

/** The variables of a command's `let`: each an expression that is evaluated once, before any document is looked at. */
export function variablesOf(definitions: Document, now: number): Record<string, unknown> {
  const bound = Object.entries(definitions).map(([name, expression]): [string, unknown] => {
    checkExpression(expression)
    if (fieldsOfExpression(expression)?.size !== 0) {
      throw new CommandError(
        4890500,
        'Command let Expression tried to access a field, but this is not allowed because command let expressions run before the query examines any documents.',
      )
    }
    return [name, evalExpr({}, withClock(expression, now), options({ now, variables: {} }))]
  })
  return Object.fromEntries(bound)
}
