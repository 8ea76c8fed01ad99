import { Long } from 'bson'
import { Lazy, type Iterator } from 'mingo/lazy'
import { type Options, type PipelineOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { shellText } from '../bson/shell-text.js'
import { isDocument, valueAtPath, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { withComputed } from '../query/projection.js'
import { parseSort, sorted, sortValues } from '../query/sort.js'

/*
 * Stages that pass documents on as they are, or in pieces. mingo's own read their input to its end whatever is asked
 * for, change the documents they are given, and sort and match by JavaScript's values instead of BSON's.
 */

/** The documents that come into a stage. */
export function documentsOf(input: Iterator): Iterable<Document> {
  return {
    *[Symbol.iterator]() {
      for (let next = input.next(); !next.done; next = input.next()) yield next.value as Document
    },
  }
}

const match: PipelineOperator = (input: Iterator, filter: unknown, options: Options) => {
  if (!isDocument(filter)) throw new CommandError(15959, 'the match filter must be an expression in an object')
  const compiled = compileFilter(filter, { now: 0, variables: options.variables ?? {} })
  return input.filter((document: Document) => compiled.matches(document))
}

const sort: PipelineOperator = (input: Iterator, spec: unknown, _options: Options) => {
  if (!isDocument(spec)) throw new CommandError(15973, 'the $sort key specification must be an object')
  const keys = parseSort(spec)
  if (keys.length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key')
  function* sortable(): Iterable<{ item: Document; values: unknown[] }> {
    for (const item of documentsOf(input)) yield { item, values: sortValues(item, keys) }
  }
  return lazily(() => sorted(sortable(), keys))
}

/** An iterator over what `make` returns, made when the first document is asked for. */
export function lazily(make: () => Iterable<unknown>): Iterator {
  return Lazy({
    *[Symbol.iterator]() {
      yield* make()
    },
  })
}

const limit: PipelineOperator = (input: Iterator, count: unknown, _options: Options) => {
  if (typeof count !== 'number' || count < 0 || !Number.isInteger(count)) {
    throw new CommandError(
      5107201,
      `invalid argument to $limit stage: Expected a non-negative number in: $limit: ${shellText(count)}`,
    )
  }
  if (count === 0) throw new CommandError(15958, 'the limit must be positive')
  let left = count
  return Lazy(() => (left-- > 0 ? input.next() : { done: true, value: undefined }))
}

const skip: PipelineOperator = (input: Iterator, count: unknown, _options: Options) => {
  if (typeof count !== 'number' || count < 0 || !Number.isInteger(count)) {
    throw new CommandError(
      5107200,
      `invalid argument to $skip stage: Expected a non-negative number in: $skip: ${shellText(count)}`,
    )
  }
  let left = count
  return input.filter(() => left-- <= 0)
}

const count: PipelineOperator = (input: Iterator, name: unknown, _options: Options) => {
  if (typeof name !== 'string') throw new CommandError(40156, 'the count field must be a non-empty string')
  if (name === '') throw new CommandError(40157, 'the count field must be a non-empty string')
  if (name.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path')
  if (name.includes('.')) throw new CommandError(40160, 'the count field cannot contain a .')
  return lazily(() => {
    let found = 0
    for (let next = input.next(); !next.done; next = input.next()) found++
    return found === 0 ? [] : [{ [name]: found }]
  })
}

interface Unwind {
  readonly path: readonly string[]
  readonly preserve: boolean
  readonly indexName: string | undefined
}

const unwind: PipelineOperator = (input: Iterator, spec: unknown, _options: Options) => {
  const wanted = parseUnwind(spec)
  return lazily(function* () {
    for (const document of documentsOf(input)) yield* unwound(document, wanted)
  })
}

function parseUnwind(spec: unknown): Unwind {
  const given = isDocument(spec) ? spec : { path: spec }
  const { path, preserveNullAndEmptyArrays: preserve, includeArrayIndex: indexName } = given
  if (typeof path !== 'string') throw new CommandError(28808, 'expected a string as the path for $unwind stage')
  if (!path.startsWith('$')) {
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`)
  }
  if (indexName !== undefined && (typeof indexName !== 'string' || indexName === '')) {
    throw new CommandError(28810, 'expected a non-empty string for the includeArrayIndex option to $unwind stage')
  }
  return { path: path.slice(1).split('.'), preserve: preserve === true, indexName }
}

function* unwound(document: Document, { path, preserve, indexName }: Unwind): Iterable<Document> {
  const value = valueAtPath(document, path)
  const withIndex = (one: unknown, index: Long | null): Document =>
    (indexName === undefined ? one : withComputed(one, indexName.split('.'), index)) as Document
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, element] of value.entries())
      yield withIndex(withComputed(document, path, element), Long.fromNumber(index))
  } else if (Array.isArray(value)) {
    if (preserve) yield withIndex(withComputed(document, path, undefined), null)
  } else if (preserve || (value !== null && value !== undefined)) {
    yield withIndex(document, null)
  }
}

/** Stages that pass documents on. */
export const streamStages: Record<`$${string}`, PipelineOperator> = {
  $match: match,
  $sort: sort,
  $limit: limit,
  $skip: skip,
  $count: count,
  $unwind: unwind,
}
