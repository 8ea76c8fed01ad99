import { type Difference, differenceIn, differenceOfStates } from './comparison.js'
import { type KnownDifference } from '../support/engines.js'
import { acceptedAs, codesOf, hidden } from './accepted.js'
import { type Operation } from './operation.js'
import { streamOf } from './operations.js'
import { type Answer, type Run, type Runner, type State } from './runner.js'
import { shrink } from './shrink.js'
import { operationOf, stepsOf } from './transactions.js'

/** How many operations run on one database before the next stream begins with an empty one. */
export const STREAM_LENGTH = 120

/** The two servers that are compared. */
export interface Pair {
  readonly ours: Runner
  readonly theirs: Runner
}

/** What a comparison came to. */
export interface Report {
  /** Operations by kind. */
  readonly operations: ReadonlyMap<string, number>
  /** Known, accepted differences and how often they were met. */
  readonly accepted: ReadonlyMap<KnownDifference, number>
  /** The first difference that is not known, in a stream made as small as it gets. */
  readonly failure: Failure | undefined
}

/** A stream on which two servers disagree, and how to see it again. */
export interface Failure {
  readonly seed: number
  readonly stream: readonly Operation[]
  readonly difference: Difference
}

interface Comparison {
  readonly difference: Difference | undefined
  readonly accepted: readonly KnownDifference[]
}

async function compare({ ours, theirs }: Pair, stream: readonly Operation[]): Promise<Comparison> {
  const [left, right] = await Promise.all([ours.run(stream), theirs.run(stream)])
  return judge(stream, left, right)
}

/** What was asked and answered at a time: of a transaction each step. */
function exchanges(operation: Operation, left: Answer, right: Answer) {
  const steps = stepsOf(operation)
  if (!steps) return [{ asked: operation, left, right }]
  return steps.map((step, i) => ({
    asked: operationOf(step),
    left: left.slice(i, i + 1),
    right: right.slice(i, i + 1),
  }))
}

/**
 * Walks through two runs of a stream up to the first difference that is not accepted, or up to one that leaves other
 * documents, after which nothing can be compared.
 */
function judge(stream: readonly Operation[], ours: Run, theirs: Run): Comparison {
  const accepted: KnownDifference[] = []
  for (const [at, operation] of stream.entries()) {
    for (const { asked, left, right } of exchanges(operation, ours.answers[at] ?? [], theirs.answers[at] ?? [])) {
      const difference = differenceIn(asked, at, left, right)
      const known = difference && acceptedAs(difference)
      if (difference && !known) return { difference, accepted }
      const ends = hidden(asked, left)
      accepted.push(...new Set([known, ends].filter((name) => name !== undefined)))
      if (ends) return { difference: undefined, accepted }
    }
  }
  return { difference: differenceOfStates(stream.length, ours.state, theirs.state), accepted }
}

/** Runs streams of one seed until `operations` have been compared or a difference is found. */
export async function compareStreams(
  pair: Pair,
  { seed, operations }: { seed: number; operations: number },
): Promise<Report> {
  const kinds = new Map<string, number>()
  const accepted = new Map<KnownDifference, number>()
  let failure: Failure | undefined
  for (let done = 0; done < operations && !failure; done += STREAM_LENGTH) {
    const streamSeed = seed + done / STREAM_LENGTH
    const stream = streamOf(streamSeed, STREAM_LENGTH)
    const comparison = await compare(pair, stream)
    for (const { kind } of stream) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    for (const name of comparison.accepted) accepted.set(name, (accepted.get(name) ?? 0) + 1)
    if (comparison.difference) failure = await failureOf(pair, streamSeed, stream, comparison.difference)
  }
  return { operations: kinds, accepted, failure }
}

/** How many smaller streams are tried: some thousand would take minutes. */
const MOST_TRIES = 600

async function failureOf(pair: Pair, seed: number, stream: readonly Operation[], found: Difference): Promise<Failure> {
  const wanted = gist(found)
  let tries = MOST_TRIES
  const fails = async (candidate: readonly Operation[]): Promise<boolean> => {
    if (tries-- <= 0) return false
    const { difference } = await compare(pair, candidate)
    return difference !== undefined && gist(difference) === wanted
  }
  const smallest = await shrink(stream.slice(0, found.at + 1), fails)
  const { difference } = await compare(pair, smallest)
  return { seed, stream: smallest, difference: difference ?? found }
}

/**
 * What makes two differences one and the same while a stream is made small: the kind of operation and the errors, or
 * which collection is held differently and what of it.
 */
function gist({ operation, ours, theirs }: Difference): string {
  if (operation) return [operation.kind, codesOf(ours).join(), codesOf(theirs).join()].join(' ')
  return [...partsOf(ours), ...partsOf(theirs)].join(' ')
}

/** Of the state of one collection: its name, how many indexes and how many documents. */
function partsOf(state: unknown): string[] {
  return Object.entries(state as Record<string, State[string] | undefined>).map(([name, held]) =>
    [name, held?.indexes.length, held?.documents.length].join(),
  )
}
