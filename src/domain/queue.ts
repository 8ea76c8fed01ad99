import type { ErrorCode } from '../errors.js'

/** Why somebody waits; who stands first is served first. */
export const PRIORITIES = ['live', 'swept', 'backfill'] as const
/** `live`: registering just now. `swept`: found pending on the platform. `backfill`: asked for in bulk. */
export type Priority = (typeof PRIORITIES)[number]

/** How many people one claim brings at the most: what one call answers many times over (product.md §8). */
export const CLAIMED_AT_MOST = 200
/** How long people are a worker's without its saying so again, in milliseconds. */
export const CLAIM_TERM_MS = 60_000
/** Transient failures of one person before nobody tries any more. */
export const TRIES = 3

/** Somebody who waits to be looked up, or on whom was given up. One for each participant. */
export interface QueueEntry {
  participantId: string
  priority: Priority
  state: 'waiting' | 'dead'
  /** Tries that failed. */
  attempts: number
  /** The code of the last failure. */
  reason?: string
  /** When somebody asked last. */
  requestedAt: Date
  /** Not to be tried before: the pause after a failure, or the lease of whoever is at it. */
  notBefore: Date
  /** Somebody is at it until `notBefore`. */
  claimedBy?: string
}

/** How many wait, for what and why. */
export interface QueueStats {
  /** To be tried now. */
  due: number
  /** Pausing after a failure. */
  pausing: number
  /** A worker is at them. */
  claimed: number
  dead: number
  byPriority: Record<Priority, number>
  /** Dead and pausing ones by the code of their last failure. */
  reasons: Record<string, number>
  /** When the one who waits longest was asked for; absent when nobody waits. */
  oldest?: Date
}

/**
 * What becomes of somebody who was claimed. `release`: as if nobody had tried. `later` with `keptAs`: through the pause and for a term
 * after it they stay leased under that token, for whoever is to try again.
 */
export type Settlement =
  | { kind: 'done' }
  | { kind: 'later'; attempts: number; reason: string; delayMs: number; keptAs?: string }
  | { kind: 'dead'; attempts: number; reason: string }
  | { kind: 'release' }

/**
 * What a failure of a whole batch means. `again`: it will pass, and each try counts. `wait`: the allowance is used up, which is
 * nobody's fault. `person`: a person has to mend something first, and until then everybody would fail.
 */
export type BatchFailure = 'again' | 'wait' | 'person'

/** Failures that pass: who was given up on because of them is tried again by the next night. */
export const PASSING = [
  'SF_UNREACHABLE',
  'SF_TIMEOUT',
  'SF_UNAVAILABLE',
  'SF_REPLY_NOT_UNDERSTOOD',
  'SF_READ_INCOMPLETE',
  'SESSION_LOCKED',
  'MONGO_UNREACHABLE',
  'MONGO_FAILED',
] as const satisfies readonly ErrorCode[]
const AGAIN = new Set<ErrorCode>(PASSING)
const WAIT = new Set<ErrorCode>(['BUDGET_EXCEEDED', 'SF_LIMIT_EXCEEDED'])

export function batchFailureOf(code: ErrorCode): BatchFailure {
  if (AGAIN.has(code)) return 'again'
  return WAIT.has(code) ? 'wait' : 'person'
}

/**
 * What becomes of one person of a batch that failed; `random` is from 0 to 1. A probe costs no try, but a pause, so that the next
 * one is of somebody else.
 */
export function settlementAfter(
  code: string,
  failure: BatchFailure,
  attempts: number,
  random: number,
  isProbe = false,
): Settlement {
  if (failure !== 'again') return { kind: 'release' }
  const tried = isProbe ? attempts : attempts + 1
  if (tried >= TRIES) return { kind: 'dead', attempts: tried, reason: code }
  return { kind: 'later', attempts: tried, reason: code, delayMs: pauseAfter(Math.max(1, tried), random) }
}

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** Milliseconds to wait after so many failures: four times as long each time, between half of it and all. */
export function pauseAfter(failures: number, random: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (failures - 1))
  return Math.round(longest * (0.5 + random / 2))
}

/**
 * Whom to claim of those who are due: the best priority first, and within one by chance, so that workers at the same moment
 * choose different people. `random` is called as Math.random is.
 */
export function chosenOf(
  candidates: readonly { id: string; priority: number }[],
  limit: number,
  random: () => number,
): string[] {
  return candidates
    .map((each) => ({ ...each, lot: random() }))
    .sort((one, other) => one.priority - other.priority || one.lot - other.lot)
    .slice(0, limit)
    .map(({ id }) => id)
}
