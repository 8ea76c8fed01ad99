import { Aggregator } from 'mingo/aggregator'
import { evalExpr } from 'mingo/core'
import { concat, type Iterator } from 'mingo/lazy'
import { type Options, type PipelineOperator } from 'mingo/types'
import { CommandError, notOffered } from '../command-error.js'
import { decodeExact, isDocument, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { type Scope } from '../query/language.js'
import { valuesAt } from '../query/path.js'
import { withComputed } from '../query/projection.js'
import { search } from '../query/search.js'
import { type Collection } from '../store/collection.js'
import { documentsOf, lazily } from './stream.js'
import { typedStage } from './typed-stage.js'

/** What the stages that run other pipelines need. */
interface Joining {
  readonly scope: Scope
  readonly resolve: ((name: string) => Collection | undefined) | undefined
  readonly optionsFor: (scope: Scope) => Options
  readonly check: (stages: readonly Document[]) => void
}

/** The stages that read other collections or run pipelines of their own. */
export function joinStages(
  scope: Scope,
  resolve: Joining['resolve'],
  optionsFor: Joining['optionsFor'],
  check: Joining['check'],
): Record<`$${string}`, PipelineOperator> {
  const joining: Joining = { scope, resolve, optionsFor, check }
  return {
    $lookup: (input: Iterator, spec: unknown, options: Options) => lookup(joining, input, spec, options),
    $unionWith: (input: Iterator, spec: unknown, _options: Options) => unionWith(joining, input, spec),
    $facet: (input: Iterator, spec: unknown, _options: Options) => facet(joining, input, spec),
  }
}

interface Lookup {
  readonly from: Collection | undefined
  readonly as: readonly string[]
  readonly localField: readonly string[] | undefined
  readonly foreignField: string | undefined
  readonly variables: Document
  readonly stages: readonly Document[]
}

function parseLookup({ resolve, check }: Joining, spec: unknown): Lookup {
  if (!isDocument(spec)) throw new CommandError(9, 'the $lookup specification must be an Object')
  const { from, as, localField, foreignField, pipeline, let: variables } = spec
  if (typeof as !== 'string') throw new CommandError(9, "must specify 'as' field for a $lookup")
  if (typeof from !== 'string') throw notOffered("a $lookup without the name of a collection in 'from'")
  const hasFields = typeof localField === 'string' && typeof foreignField === 'string'
  if (!hasFields && (localField !== undefined || foreignField !== undefined || !Array.isArray(pipeline))) {
    throw new CommandError(
      9,
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    )
  }
  const stages = stagesOf(pipeline ?? [])
  check(stages)
  return {
    from: resolve?.(from),
    as: as.split('.'),
    localField: hasFields ? localField.split('.') : undefined,
    foreignField: hasFields ? foreignField : undefined,
    variables: isDocument(variables) ? variables : {},
    stages,
  }
}

function stagesOf(pipeline: unknown): Document[] {
  if (Array.isArray(pipeline) && pipeline.every(isDocument)) return pipeline.map(typedStage)
  throw new CommandError(14, "'pipeline' option must be specified as an array of objects")
}

function lookup(joining: Joining, input: Iterator, spec: unknown, options: Options): Iterator {
  const wanted = parseLookup(joining, spec)
  return input.map((document: Document) => {
    const candidates = wanted.from ? foreignDocuments(wanted.from, wanted, document) : []
    const bound = Object.entries(wanted.variables).map(([name, expression]): [string, unknown] => [
      name,
      evalExpr(document, expression, options) ?? null,
    ])
    const variables = { ...joining.scope.variables, ...Object.fromEntries(bound) }
    const found = runPipeline(joining, wanted.stages, candidates, variables)
    return withComputed(document, wanted.as, found)
  })
}

/** The documents a lookup joins to one document: those with an equal field, found by an index where there is one. */
function foreignDocuments(from: Collection, wanted: Lookup, document: Document): Iterable<Document> {
  const { localField, foreignField } = wanted
  if (!localField || foreignField === undefined) return allOf(from, {})
  const values = valuesAt(document, localField)
  return allOf(from, { [foreignField]: { $in: values.length > 0 ? values : [null] } })
}

function* allOf(from: Collection, query: Document): Iterable<Document> {
  const filter = compileFilter(query)
  for (const record of search(from, { filter, query, sort: [], skip: 0, limit: Infinity })) {
    yield decodeExact(Buffer.from(from.bytes(record)))
  }
}

function runPipeline(
  { scope, optionsFor }: Joining,
  stages: readonly Document[],
  documents: Iterable<Document>,
  variables: Document,
): Document[] {
  if (stages.length === 0) return [...documents]
  return new Aggregator([...stages], optionsFor({ now: scope.now, variables })).run<Document>(documents)
}

function unionWith(joining: Joining, input: Iterator, spec: unknown): Iterator {
  const { coll, pipeline } = isDocument(spec) ? spec : { coll: spec, pipeline: [] }
  if (typeof coll !== 'string') throw notOffered("a $unionWith without the name of a collection in 'coll'")
  const stages = stagesOf(pipeline ?? [])
  joining.check(stages)
  const from = joining.resolve?.(coll)
  if (!from) return input
  return concat(
    input,
    lazily(() => runPipeline(joining, stages, allOf(from, {}), joining.scope.variables)),
  )
}

function facet(joining: Joining, input: Iterator, spec: unknown): Iterator {
  if (!isDocument(spec) || Object.keys(spec).length === 0) {
    throw new CommandError(40169, 'the $facet specification must be a non-empty object')
  }
  const facets = Object.entries(spec).map(([name, pipeline]) => ({ name, stages: stagesOf(pipeline) }))
  for (const { stages } of facets) joining.check(stages)
  return lazily(() => {
    const documents = [...documentsOf(input)]
    const results = facets.map(({ name, stages }): [string, unknown] => [
      name,
      runPipeline(joining, stages, documents, joining.scope.variables),
    ])
    return [Object.fromEntries(results)]
  })
}
