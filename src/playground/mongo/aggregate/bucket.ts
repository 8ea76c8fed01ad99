import { evalExpr } from 'mingo/core'
import { type Iterator } from 'mingo/lazy'
import { type Options, type PipelineOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { compareValues, rankOf } from '../bson/order.js'
import { isDocument, type Document } from '../bson/value.js'
import { isOperators } from '../query/constraints.js'
import { checkExpression } from '../query/expression-check.js'
import { fieldsOfExpression } from '../query/expression-fields.js'
import { groupStages } from './group.js'
import { streamStages } from './stream.js'

const OPTIONS = ['groupBy', 'boundaries', 'default', 'output']

/** A `$bucket` is the group that MongoDB makes of it, sorted: each document belongs to the boundary at or below its value. */
const bucket: PipelineOperator = (input: Iterator, spec: unknown, options: Options) => {
  const { groupBy, boundaries, otherwise, output } = readBucket(spec, options)
  const branches = boundaries.slice(1).map((upper, i) => {
    const [from, to] = [{ $literal: boundaries[i] }, { $literal: upper }]
    return { case: { $and: [{ $gte: [groupBy, from] }, { $lt: [groupBy, to] }] }, then: from }
  })
  const rest = otherwise === undefined ? {} : { default: { $literal: otherwise } }
  const grouped = groupStages.$group?.(input, { _id: { $switch: { branches, ...rest } }, ...output } as never, options)
  return streamStages.$sort?.(grouped ?? input, { _id: 1 } as never, options) ?? input
}

interface Bucket {
  readonly groupBy: unknown
  readonly boundaries: readonly unknown[]
  /** What a value outside of all boundaries belongs to; without it such a value is an error. */
  readonly otherwise: unknown
  readonly output: Document
}

function readBucket(spec: unknown, options: Options): Bucket {
  if (!isDocument(spec)) throw new CommandError(40201, 'Argument to $bucket stage must be an object')
  const unknown = Object.keys(spec).find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined) throw new CommandError(40197, `Unrecognized option to $bucket: ${unknown}.`)
  const { groupBy, output = { count: { $sum: 1 } } } = spec
  if (groupBy === undefined || spec.boundaries === undefined) {
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.")
  }
  checkGroupBy(groupBy)
  const boundaries = readBoundaries(spec.boundaries, options)
  if (!isDocument(output)) throw new CommandError(40196, "The $bucket 'output' field must be an object")
  const otherwise = spec.default === undefined ? undefined : constant(spec.default, 40195, options)
  checkDefault(otherwise, boundaries)
  return { groupBy, boundaries, otherwise, output }
}

function checkGroupBy(groupBy: unknown): void {
  const isExpression = typeof groupBy === 'string' ? groupBy.startsWith('$') : isOperators(groupBy)
  if (!isExpression) {
    throw new CommandError(
      40202,
      "The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression object",
    )
  }
}

function readBoundaries(given: unknown, options: Options): unknown[] {
  if (!Array.isArray(given)) throw new CommandError(40200, "The $bucket 'boundaries' field must be an array")
  const values = given.map((one: unknown) => constant(one, 40191, options))
  if (values.length < 2) throw new CommandError(40192, "The $bucket 'boundaries' field must have at least 2 values")
  for (const [i, upper] of values.entries()) {
    const lower = values[i - 1]
    if (i === 0) continue
    if (rankOf(lower) !== rankOf(upper)) {
      throw new CommandError(40193, "All values in the 'boundaries' option to $bucket must have the same type")
    }
    if (compareValues(lower, upper) >= 0) {
      throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted in ascending order")
    }
  }
  return values
}

function constant(expression: unknown, code: number, options: Options): unknown {
  checkExpression(expression)
  if (fieldsOfExpression(expression)?.size !== 0) throw new CommandError(code, 'A $bucket needs constant values here')
  return evalExpr({}, expression, options)
}

function checkDefault(otherwise: unknown, boundaries: readonly unknown[]): void {
  if (otherwise === undefined) return
  const isBelow = compareValues(otherwise, boundaries[0]) < 0
  if (isBelow || compareValues(otherwise, boundaries.at(-1)) >= 0) return
  throw new CommandError(
    40199,
    "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
  )
}

/** The stage that makes one document of all whose value lies between two boundaries. */
export const bucketStages: Record<`$${string}`, PipelineOperator> = { $bucket: bucket }
