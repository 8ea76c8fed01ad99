import { plainNumbers } from '../bson/type-names.js'
import { type Document } from '../bson/value.js'

/** The stages that compute, or that hold other stages: in them the type of a number is of account. */
const TYPED = new Set(
  '$addFields $set $project $group $bucket $sortByCount $replaceRoot $replaceWith $lookup $unionWith $facet'.split(' '),
)

/** A stage as it is run: with its numbers in their types where that matters, else with plain ones. */
export function typedStage(stage: Document): Document {
  return Object.keys(stage).some((name) => TYPED.has(name)) ? stage : (plainNumbers(stage) as Document)
}
