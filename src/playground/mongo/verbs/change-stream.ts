import { Aggregator } from 'mingo/aggregator'
import { CommandError } from '../command-error.js'
import { checkPipeline, pipelineOptions, preparePipeline } from '../aggregate/pipeline.js'
import { typedStage } from '../aggregate/typed-stage.js'
import { isDocument, type Document } from '../bson/value.js'
import { type LookUp } from '../change-streams/change-event.js'
import { ChangeStream, type Refine, type Watched } from '../change-streams/change-stream.js'
import { parseStreamOptions } from '../change-streams/stream-options.js'
import { type Scope } from '../query/language.js'
import { type Server } from './command.js'
import { type Request } from './request.js'

/** The stages that may follow $changeStream, as far as they are offered at all. */
const MAY_FOLLOW = new Set(['$match', '$project', '$addFields', '$set', '$unset', '$replaceRoot', '$replaceWith'])

function refiner(stages: readonly Document[], scope: Scope): Refine {
  if (stages.length === 0) return (event) => event
  checkPipeline(stages)
  const wrong = stages.map((stage) => Object.keys(stage)[0] ?? '').find((name) => !MAY_FOLLOW.has(name))
  if (wrong !== undefined) throw new CommandError(20, `${wrong} is not permitted in a $changeStream pipeline`)
  const aggregator = new Aggregator(preparePipeline(stages, scope), pipelineOptions(scope))
  return (event) => aggregator.run<Document>([event])[0]
}

function watchedBy(request: Request, wholeCluster: boolean): Watched {
  const { database } = request
  const target = request.get('aggregate')
  if (typeof target === 'string') return { database, collection: target }
  if (!wholeCluster) return { database }
  if (database === 'admin') return {}
  throw new CommandError(72, 'A $changeStream with allChangesForCluster:true may only be opened on the admin database')
}

function lookUpIn({ databases }: Server): LookUp {
  return (namespace, id) => {
    const dot = namespace.indexOf('.')
    const collection = databases.find(namespace.slice(0, dot), namespace.slice(dot + 1))
    const record = collection?.findId(id) ?? -1
    return collection && record >= 0 ? Buffer.from(collection.bytes(record)) : null
  }
}

/** True for a pipeline that opens a change stream. */
export function isChangeStream([first]: readonly Document[]): boolean {
  return first !== undefined && '$changeStream' in first
}

/** Opens a change stream; the `cursor` of the reply. */
export function openChangeStream(request: Request, server: Server, batchSize: number): Document {
  const [first, ...stages] = request.exactDocuments('pipeline').map(typedStage)
  const options = parseStreamOptions(isDocument(first) ? first.$changeStream : undefined)
  const style = { lookUp: options.looksUp ? lookUpIn(server) : undefined }
  const refine = refiner(stages, request.scope(server.now()))
  const watched = watchedBy(request, options.wholeCluster)
  const stream = new ChangeStream(server.history, watched, options.start, style, refine)
  const namespace = `${request.database}.${watched.collection ?? '$cmd.aggregate'}`
  return server.changeStreams.open(server.cursors.newId(), namespace, stream, batchSize)
}
