import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb'
import { z } from 'zod'
import {
  CLAIM_TERM_MS,
  PRIORITIES,
  type Priority,
  type QueueEntry,
  type QueueStats,
  type Settlement,
} from '../domain/queue.js'

/** An entry of the queue as it is kept, by the participant's id. */
export interface Kept {
  _id: string
}

/** Somebody who was claimed; `revision` tells whether they were asked for again meanwhile. */
export interface Claimed {
  participantId: string
  priority: Priority
  attempts: number
  revision: number
  requestedAt: Date
}

/** Which entries are meant; all without. */
export interface QueueFilter {
  state?: QueueEntry['state']
  /** Codes of the last failure. */
  reasons?: readonly string[]
  participantIds?: readonly string[]
}

const entry = z.object({
  _id: z.string(),
  priority: z.number().transform((at): Priority => PRIORITIES[at] ?? 'backfill'),
  state: z.enum(['waiting', 'dead']),
  attempts: z.number(),
  revision: z.number(),
  reason: z.string().optional(),
  requestedAt: z.date(),
  notBefore: z.date(),
  token: z.string().optional(),
})

/** Who may be claimed; `now` by the server's clock. A plain value, because not every server reads an index for `$$NOW`, or takes it here. */
export function dueAt(now: Date): Filter<Kept> {
  return { state: 'waiting', notBefore: { $lte: now } }
}

/** A time of the server, so many milliseconds from now. */
export function serverTime(inMs: number): Document {
  return { $add: ['$$NOW', inMs] }
}

/** Makes somebody due at once, as if nobody had tried. */
export const AFRESH = { $set: { notBefore: '$$NOW', attempts: 0, expiresAt: '$$REMOVE' } }

/** A request as an update. Somebody whom a worker has keeps their lease; their revision tells the worker that they were asked for again. */
export function requestOf(priority: number, delayMs: number): Document[] {
  const isNew = { $ne: [{ $ifNull: ['$state', 'none'] }, 'waiting'] }
  const isClaimed = { $and: [{ $gt: ['$token', null] }, { $gt: ['$notBefore', '$$NOW'] }] }
  const then = serverTime(delayMs)
  return [
    {
      $set: {
        state: 'waiting',
        priority: { $cond: [isNew, priority, { $min: ['$priority', priority] }] },
        revision: { $add: [{ $ifNull: ['$revision', 0] }, 1] },
        attempts: { $cond: [isNew, 0, '$attempts'] },
        reason: { $cond: [isNew, '$$REMOVE', '$reason'] },
        requestedAt: '$$NOW',
        expiresAt: '$$REMOVE',
        notBefore: {
          $switch: {
            branches: [
              { case: isNew, then },
              { case: isClaimed, then: '$notBefore' },
            ],
            default: { $min: ['$notBefore', then] },
          },
        },
      },
    },
  ]
}

/** Whether nobody would try somebody any more; whoever asked for them meanwhile has to be heard first. */
export function isFinal({ kind }: Settlement): boolean {
  return kind === 'done' || kind === 'dead'
}

/** What is written of somebody who was claimed, as long as the lease is held; who is dead is forgotten after `deadMs`. */
export function operationOf(
  token: string,
  of: Claimed,
  settlement: Settlement,
  deadMs: number,
): AnyBulkWriteOperation<Kept> {
  const held = { _id: of.participantId, token } as Filter<Kept>
  const filter = isFinal(settlement) ? { ...held, revision: of.revision } : held
  if (settlement.kind === 'done') return { deleteOne: { filter } }
  const isKept = settlement.kind === 'later' && settlement.keptAs !== undefined
  return {
    updateOne: { filter, update: [{ $set: setBy(settlement, deadMs) }, ...(isKept ? [] : [{ $unset: ['token'] }])] },
  }
}

function setBy(settlement: Exclude<Settlement, { kind: 'done' }>, deadMs: number): Document {
  switch (settlement.kind) {
    case 'release':
      return { notBefore: '$$NOW' }
    case 'later': {
      const { attempts, reason, delayMs, keptAs } = settlement
      if (keptAs === undefined) return { attempts, reason, notBefore: serverTime(delayMs) }
      return { attempts, reason, token: keptAs, notBefore: serverTime(delayMs + CLAIM_TERM_MS) }
    }
    case 'dead':
      return {
        state: 'dead',
        attempts: settlement.attempts,
        reason: settlement.reason,
        notBefore: '$$NOW',
        expiresAt: serverTime(deadMs),
      }
  }
}

/** The entries that are meant. */
export function filterOf({ state, reasons, participantIds }: QueueFilter): Filter<Kept> {
  return {
    ...(state === undefined ? {} : { state }),
    ...(reasons === undefined ? {} : { reason: { $in: [...reasons] } }),
    ...(participantIds === undefined ? {} : { _id: { $in: [...participantIds] } }),
  }
}

/** An entry that might be claimed. */
export function toCandidate(raw: Document): { id: string; priority: number } {
  return z
    .object({ _id: z.string(), priority: z.number() })
    .transform(({ _id, priority }) => ({ id: _id, priority }))
    .parse(raw)
}

/** An entry that was claimed. */
export function toClaimed(raw: unknown): Claimed {
  const { _id, priority, attempts, revision, requestedAt } = entry.parse(raw)
  return { participantId: _id, priority, attempts, revision, requestedAt }
}

/** An entry as it is told. */
export function toEntry(raw: unknown): QueueEntry {
  const { _id, token, priority, state, attempts, reason, requestedAt, notBefore } = entry.parse(raw)
  const told = { participantId: _id, priority, state, attempts, reason, requestedAt, notBefore }
  return { ...told, ...(token === undefined ? {} : { claimedBy: token }) }
}

const group = z.object({
  _id: z.object({
    priority: z.number(),
    state: z.enum(['waiting', 'dead']),
    due: z.boolean(),
    claimed: z.boolean(),
    reason: z.string().nullable(),
  }),
  people: z.number(),
  oldest: z.date(),
})

/** The groups of `stats` as one. */
export function statsOf(groups: readonly unknown[]): QueueStats {
  const stats: QueueStats = {
    due: 0,
    pausing: 0,
    claimed: 0,
    dead: 0,
    byPriority: { live: 0, swept: 0, backfill: 0 },
    reasons: {},
  }
  for (const { _id, people, oldest } of groups.map((raw) => group.parse(raw))) {
    const { state, due, claimed, reason, priority } = _id
    if (reason !== null) stats.reasons[reason] = (stats.reasons[reason] ?? 0) + people
    if (state === 'dead') {
      stats.dead += people
      continue
    }
    stats[due ? 'due' : claimed ? 'claimed' : 'pausing'] += people
    stats.byPriority[PRIORITIES[priority] ?? 'backfill'] += people
    if (stats.oldest === undefined || oldest < stats.oldest) stats.oldest = oldest
  }
  return stats
}

/** Entries that no worker has; `now` by the server's clock. */
export function idleAt(now: Date): Filter<Kept> {
  return { $or: [{ token: { $exists: false } }, { notBefore: { $lte: now } }] }
}

/** Entries that a worker has. */
export function claimedAt(now: Date): Filter<Kept> {
  return { token: { $exists: true }, notBefore: { $gt: now } }
}

/** Of those who are meant, who failed and is nobody's now. */
export function failedAt(now: Date, filter: QueueFilter): Filter<Kept> {
  return { ...filterOf(filter), attempts: { $gt: 0 }, ...idleAt(now) }
}
