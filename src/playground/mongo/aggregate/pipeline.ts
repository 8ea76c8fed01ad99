import { Context } from 'mingo/core'
import { type Options, type PipelineOperator } from 'mingo/types'
import { CommandError, notOffered } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { withClock } from '../query/expression-check.js'
import { LANGUAGE, options, type Scope } from '../query/language.js'
import { type Collection } from '../store/collection.js'
import { bucketStages } from './bucket.js'
import { groupStages } from './group.js'
import { joinStages } from './join.js'
import { shapeStages } from './shape.js'
import { streamStages } from './stream.js'

/** Finds another collection of the same database. */
export type Resolve = (name: string) => Collection | undefined

type Stages = Record<`$${string}`, PipelineOperator>

const OWN_STAGES: Stages = { ...streamStages, ...shapeStages, ...groupStages, ...bucketStages }
const JOINS = ['$lookup', '$unionWith', '$facet']

/** Other stages that MongoDB 7 has. */
const LACKING = new Set(
  (
    '$bucketAuto $collStats $currentOp $densify $documents $fill $geoNear $graphLookup $indexStats ' +
    '$listLocalSessions $listSampledQueries $listSearchIndexes $listSessions $merge $out $planCacheStats $redact ' +
    '$sample $search $searchMeta $setWindowFields $vectorSearch'
  ).split(' '),
)

/** Throws unless each stage is one that is offered. */
export function checkPipeline(stages: readonly Document[]): void {
  for (const stage of stages) {
    const [name = '', ...others] = Object.keys(stage)
    if (name === '' || others.length > 0) {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.')
    }
    if (Object.hasOwn(OWN_STAGES, name) || JOINS.includes(name)) continue
    if (name === '$changeStream')
      throw new CommandError(40602, '$changeStream is only valid as the first stage in a pipeline')
    if (LACKING.has(name)) throw notOffered(`the stage ${name}`)
    throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`)
  }
}

/** A pipeline as mingo runs it: checked, and with the server's time in the place of `$$NOW`. */
export function preparePipeline(stages: readonly Document[], scope: Scope): Document[] {
  checkPipeline(stages)
  return stages.map((stage) => withClock(stage, scope.now) as Document)
}

/** Options for mingo's `Aggregator`. Without `resolve` there is no other collection to join. */
export function pipelineOptions(scope: Scope, resolve?: Resolve): Options {
  const run = joinStages(scope, resolve, (inner) => pipelineOptions(inner, resolve), checkPipeline)
  const context = Context.from(LANGUAGE).addPipelineOps({ ...OWN_STAGES, ...run })
  return { ...options(scope), context }
}
