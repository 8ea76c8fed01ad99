import { Aggregator } from 'mingo/aggregator'
import { CommandError, notOffered } from '../command-error.js'
import { fieldsNeeded } from '../aggregate/needs.js'
import { typedStage } from '../aggregate/typed-stage.js'
import { checkPipeline, pipelineOptions, preparePipeline } from '../aggregate/pipeline.js'
import { decodeExact, encode, isDocument, readExactFields, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { checkHint } from '../query/plan.js'
import { search, type Search } from '../query/search.js'
import { type Scope } from '../query/language.js'
import { parseSort, type SortKey } from '../query/sort.js'
import { type Collection } from '../store/collection.js'
import { FIRST_BATCH } from '../cursors.js'
import { notInTransaction } from '../sessions/operation.js'
import { isChangeStream, openChangeStream } from './change-stream.js'
import { type Command, type Server } from './command.js'
import { refuseCollation, type Request } from './request.js'
import { collectionStatistics } from './statistics.js'

/** A pipeline whose first stages are a search, which an index may serve. */
interface Split {
  readonly search: Search
  readonly rest: readonly Document[]
}

function splitPipeline(stages: readonly Document[], scope: Scope): Split {
  const rest = [...stages]
  const take = (name: string): unknown => {
    const [stage] = rest
    if (!stage || !(name in stage)) return undefined
    rest.shift()
    return stage[name]
  }
  const match = isDocument(stages[0]?.$match) ? take('$match') : undefined
  const query = isDocument(match) ? match : {}
  const filter = compileFilter(query, scope)
  const isSort = isDocument(rest[0]?.$sort) && Object.keys(rest[0].$sort).length > 0
  const sort = isSort ? parseSort(take('$sort') as Document) : ([] as SortKey[])
  const wanted = rest[0]?.$limit
  const limit = typeof wanted === 'number' && Number.isInteger(wanted) && wanted > 0 ? wanted : Infinity
  if (limit !== Infinity) rest.shift()
  return { search: { filter, query, sort, skip: 0, limit }, rest }
}

/** The documents a pipeline starts with, each with as much of it as the pipeline looks at. */
function* inputOf(collection: Collection, wanted: Search, rest: readonly Document[]): Iterable<Document> {
  const fields = fieldsNeeded(rest)
  for (const record of search(collection, wanted)) {
    const bytes = collection.bytes(record)
    yield fields ? readExactFields(bytes, fields) : decodeExact(Buffer.from(bytes))
  }
}

function* encodedOutput(documents: Iterable<Document>): Iterable<Buffer> {
  for (const document of documents) if (isDocument(document)) yield encode(document)
}

function* stored(collection: Collection, wanted: Search): Iterable<Buffer> {
  for (const record of search(collection, wanted)) yield collection.bytes(record)
}

function resultOf(request: Request, server: Server, pipeline: readonly Document[]): Iterable<Buffer> {
  const scope = request.scope(server.now())
  const [first, ...others] = pipeline
  if (first && '$collStats' in first) {
    const statistics = collectionStatistics(request, server, first)
    return encodedOutput(new Aggregator(preparePipeline(others, scope), pipelineOptions(scope)).run([statistics]))
  }
  checkPipeline(pipeline)
  const target = request.get('aggregate')
  if (typeof target !== 'string') throw notOffered('an aggregate that reads no collection')
  const collection = server.databases.find(request.database, target)
  checkHint(collection, request.get('hint'))
  const split = splitPipeline(pipeline, scope)
  const resolve = (name: string): Collection | undefined => server.databases.find(request.database, name)
  const aggregator = new Aggregator(preparePipeline(split.rest, scope), pipelineOptions(scope, resolve))
  if (collection && split.rest.length === 0) return stored(collection, split.search)
  const input = collection ? inputOf(collection, split.search, split.rest) : []
  return encodedOutput(aggregator.stream(input) as Iterable<Document>)
}

const aggregate: Command = {
  fields: 'aggregate pipeline cursor explain allowDiskUse bypassDocumentValidation collation hint let'.split(' '),
  run(request, server, _connection, operation) {
    refuseCollation(request.get('collation'))
    if (request.boolean('explain')) throw notOffered('the explanation of an aggregate')
    const cursorOptions = request.document('cursor')
    if (!cursorOptions) {
      throw new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument")
    }
    if (!request.has('pipeline')) {
      throw new CommandError(40414, "BSON field 'aggregate.pipeline' is missing but a required field")
    }
    const pipeline = request.exactDocuments('pipeline').map(typedStage)
    const { batchSize } = cursorOptions
    if (isChangeStream(pipeline)) {
      if (operation.transaction) throw notInTransaction('Operation not permitted in transaction :: $changeStream')
      return {
        cursor: openChangeStream(request, server, typeof batchSize === 'number' ? batchSize : FIRST_BATCH),
        ok: 1,
      }
    }
    const documents = resultOf(request, server, pipeline)
    const cursor = server.cursors.open(request.namespace, documents, {
      ...(typeof batchSize === 'number' && { batchSize }),
      owner: operation,
    })
    return { cursor, ok: 1 }
  },
}

/** Aggregation. */
export const aggregateCommands: Readonly<Record<string, Command>> = { aggregate }
