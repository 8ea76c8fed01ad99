import { evalExpr } from 'mingo/core'
import { type Iterator } from 'mingo/lazy'
import { type Options, type PipelineOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { valueKey } from '../bson/value-key.js'
import { isDocument, type Document } from '../bson/value.js'
import { isOperators } from '../query/constraints.js'
import { checkExpression } from '../query/expression-check.js'
import { accumulatorOf, type Accumulator } from '../query/accumulators.js'
import { documentsOf, lazily, streamStages } from './stream.js'

/*
 * Groups are found by the value of their key as MongoDB compares it, and only what is accumulated is held: mingo holds
 * every document of every group.
 */

interface GroupField {
  readonly name: string
  readonly make: () => Accumulator
  readonly evaluate: Evaluate
}

type Evaluate = (document: Document) => unknown

/** Evaluates an expression; a constant costs nothing. */
function evaluator(expression: unknown, options: Options): Evaluate {
  checkExpression(expression)
  const isConstant = expression === null || typeof expression === 'number'
  return isConstant ? () => expression : (document) => evalExpr(document, expression, options)
}

const group: PipelineOperator = (input: Iterator, spec: unknown, options: Options) => {
  if (!isDocument(spec)) throw new CommandError(15947, "a group's fields must be specified in an object")
  if (!('_id' in spec)) throw new CommandError(15955, 'a group specification must include an _id')
  const { _id: key, ...rest } = spec
  const keyOf = evaluator(key, options)
  const fields = Object.entries(rest).map(([name, value]) => fieldOf(name, value, options))
  return lazily(() => grouped(documentsOf(input), keyOf, fields))
}

function fieldOf(name: string, value: unknown, options: Options): GroupField {
  if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`)
  if (name.startsWith('$')) throw new CommandError(40236, `The field name '${name}' cannot be an operator name`)
  if (!isDocument(value) || Object.keys(value).length === 0) {
    throw new CommandError(40234, `The field '${name}' must be an accumulator object`)
  }
  const [[operator, expression] = ['', null], ...others] = Object.entries(value)
  if (others.length > 0) throw new CommandError(40238, `The field '${name}' must specify one accumulator`)
  return { name, make: accumulatorOf(operator), evaluate: evaluator(expression, options) }
}

function* grouped(documents: Iterable<Document>, keyOf: Evaluate, fields: readonly GroupField[]): Iterable<Document> {
  const groups = new Map<string, { id: unknown; accumulators: Accumulator[] }>()
  for (const document of documents) {
    const id = keyOf(document) ?? null
    const found = valueKey(id)
    let one = groups.get(found)
    if (!one) groups.set(found, (one = { id, accumulators: fields.map(({ make }) => make()) }))
    one.accumulators.forEach((accumulator, i) => {
      accumulator.add(fields[i]?.evaluate(document))
    })
  }
  for (const { id, accumulators } of groups.values()) {
    const results = accumulators.map((accumulator, i): [string, unknown] => [
      fields[i]?.name ?? '',
      accumulator.result(),
    ])
    yield { _id: id, ...Object.fromEntries(results) }
  }
}

const sortByCount: PipelineOperator = (input: Iterator, expression: unknown, options: Options) => {
  checkCounted(expression)
  const counted = group(input, { _id: expression, count: { $sum: 1 } } as never, options)
  return streamStages.$sort?.(counted, { count: -1 } as never, options) ?? counted
}

function checkCounted(expression: unknown): void {
  const complaint = 'the sortByCount field must be defined as a $-prefixed path or an expression inside an object'
  if (typeof expression === 'string') {
    if (!expression.startsWith('$')) throw new CommandError(40148, complaint)
  } else if (!isDocument(expression)) {
    throw new CommandError(40149, 'the sortByCount field must be specified as a string or as an object')
  } else if (!isOperators(expression)) {
    throw new CommandError(40147, complaint)
  }
}

/** Stages that make one document of several. */
export const groupStages: Record<`$${string}`, PipelineOperator> = { $group: group, $sortByCount: sortByCount }
