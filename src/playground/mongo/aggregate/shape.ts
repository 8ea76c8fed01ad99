import { evalExpr } from 'mingo/core'
import { type Iterator } from 'mingo/lazy'
import { type Options, type PipelineOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { shellText } from '../bson/shell-text.js'
import { isDocument, type Document } from '../bson/value.js'
import { typeNameOf } from '../bson/type-names.js'
import { isOperators } from '../query/constraints.js'
import { checkExpression } from '../query/expression-check.js'
import { applyTree, parseProjection, withComputed } from '../query/projection.js'

const project: PipelineOperator = (input: Iterator, spec: unknown, options: Options) => {
  if (!isDocument(spec)) throw new CommandError(15969, '$project specification must be an object')
  if (Object.keys(spec).length === 0) {
    throw new CommandError(
      51272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    )
  }
  const projection = parseProjection(spec, false)
  return input.map((document: Document) =>
    projection.computed.reduce<unknown>(
      (out, { path, expression }) => withComputed(out, path, evalExpr(document, expression, options)),
      applyTree(document, projection),
    ),
  )
}

interface Computed {
  readonly path: readonly string[]
  readonly expression: unknown
}

const addFields: PipelineOperator = (input: Iterator, spec: unknown, options: Options) => {
  if (!isDocument(spec)) throw new CommandError(40272, '$addFields specification stage must be an object')
  const computed = computedFields(spec, [])
  checkCollisions(computed.map(({ path }) => path.join('.')))
  return input.map((document: Document) =>
    computed.reduce<unknown>(
      (out, { path, expression }) => withComputed(out, path, evalExpr(document, expression, options)),
      document,
    ),
  )
}

/** An embedded document in the specification stands for paths, unless it is an expression. */
function computedFields(spec: Document, prefix: readonly string[]): Computed[] {
  return Object.entries(spec).flatMap(([name, value]) => {
    if (name.startsWith('$'))
      throw new CommandError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      )
    const path = [...prefix, ...name.split('.')]
    if (path.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.')
    if (isDocument(value) && !isOperators(value) && Object.keys(value).length > 0) return computedFields(value, path)
    checkExpression(value)
    return [{ path, expression: value }]
  })
}

function checkCollisions(paths: readonly string[]): void {
  for (const path of paths) {
    const other = paths.find((candidate) => candidate.startsWith(`${path}.`))
    if (other === undefined) continue
    throw new CommandError(
      40176,
      `specification contains two conflicting paths. Cannot specify both '${other}' and '${path}'`,
    )
  }
}

const unset: PipelineOperator = (input: Iterator, spec: unknown, _options: Options) => {
  const paths: unknown[] = Array.isArray(spec) ? spec : [spec]
  if (paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
    throw new CommandError(31002, '$unset specification must be a string or an array containing only string values')
  }
  const projection = parseProjection(Object.fromEntries(paths.map((path) => [path, 0])), false)
  return input.map((document: Document) => applyTree(document, projection))
}

const replaceWith: PipelineOperator = (input: Iterator, expression: unknown, options: Options) => {
  checkExpression(expression)
  return input.map((document: Document) => {
    const root = evalExpr(document, expression, options)
    if (isDocument(root)) return root
    throw new CommandError(
      40228,
      `'newRoot' expression must evaluate to an object, but resulting value was: ${shellText(root)}. Type of resulting value: '${typeNameOf(root)}'.`,
    )
  })
}

const replaceRoot: PipelineOperator = (input: Iterator, spec: unknown, options: Options) => {
  if (!isDocument(spec) || !('newRoot' in spec))
    throw new CommandError(40231, 'no newRoot specified for the $replaceRoot stage')
  return replaceWith(input, spec.newRoot as never, options)
}

/** Stages that give documents another shape. */
export const shapeStages: Record<`$${string}`, PipelineOperator> = {
  $project: project,
  $addFields: addFields,
  $set: addFields,
  $unset: unset,
  $replaceWith: replaceWith,
  $replaceRoot: replaceRoot,
}
