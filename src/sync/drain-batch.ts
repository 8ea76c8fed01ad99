import { nothingDrained, type Drained } from '../domain/drained.js'
import { batchFailureOf, settlementAfter, type BatchFailure, type Settlement } from '../domain/queue.js'
import { isStop, MhError } from '../errors.js'
import { Participants } from '../mongo/participants.js'
import type { Claim, Queue } from '../mongo/queue.js'
import type { Claimed } from '../mongo/queue-document.js'
import { ClaimHold } from './claim-hold.js'
import type { Moment } from './term.js'
import { enrichApart, type Fate, type Fates } from './enrich-apart.js'
import type { BatchTools } from './enrich-batch.js'

export interface DrainTools extends Omit<BatchTools, 'mayWrite'> {
  queue: Queue
}

/** How a batch is served. */
export interface BatchOrder {
  /** When it was claimed. */
  asked: Moment
  /** How long the lease is believed in; see `ClaimHold`. */
  believedMs?: number
  /** Who is to be tried again is kept for this pause under this token, for somebody who tries them together. */
  keep?: { token: string; delayMs: number }
  /** It only asks whether the org is back: a failure costs nobody a try. */
  isProbe?: boolean
}

/** How a batch went; `failure` when all of it failed, or all but a part, and nobody else needs to try for a while. */
export interface BatchReport {
  drained: Drained
  failure?: { kind: BatchFailure; error: MhError }
}

/**
 * Serves people who were claimed: looks them up together, writes, and settles each. A failure of the whole is settled and
 * told; what stops the process (a signal, a lost lease) is thrown after they were put back.
 */
export async function drainBatch(tools: DrainTools, claim: Claim, order: BatchOrder): Promise<BatchReport> {
  const { queue, clock } = tools
  using hold = new ClaimHold(queue, claim, clock, order.asked, order.believedMs)
  const { settle, failure } = await serve(
    {
      ...tools,
      mayWrite: () => {
        hold.check()
      },
    },
    claim,
    order,
  )
  const settlements = claim.people.map((of) => ({ of, ...settle(of) }))
  await queue.settle(claim.token, settlements)
  const drained = { ...nothingDrained(), batches: 1 }
  for (const { settlement, fate } of settlements) count(drained, settlement, fate)
  return { drained, failure }
}

type Settle = (of: Claimed) => { settlement: Settlement; fate?: Fate }

async function serve(
  tools: BatchTools & { queue: Queue },
  claim: Claim,
  { keep, isProbe = false }: BatchOrder,
): Promise<{ settle: Settle; failure?: BatchReport['failure'] }> {
  const { fates, error } = await fatesOf(tools, claim)
  if (error === undefined) return { settle: (of) => settlementOf(of, fates.get(of.participantId)) }
  if (!(error instanceof MhError) || endsProcess(error)) {
    await tools.queue.release(claim).catch(() => undefined)
    throw error
  }
  const kind = batchFailureOf(error.code)
  // One pause for all of them, so that they come together again: one call serves them then, too.
  const lot = Math.random()
  return {
    settle: (of) => {
      const fate = fates.get(of.participantId)
      if (fate) return settlementOf(of, fate)
      return { settlement: kept(settlementAfter(error.code, kind, of.attempts, lot, isProbe), keep) }
    },
    failure: { kind, error },
  }
}

async function fatesOf(tools: BatchTools, { people }: Claim): Promise<Fates> {
  try {
    const ids = people.map(({ participantId }) => participantId)
    return await enrichApart(tools, await new Participants(tools.database).byIds(ids))
  } catch (error) {
    return { fates: new Map(), error: error as Error }
  }
}

function kept(settlement: Settlement, keep: BatchOrder['keep']): Settlement {
  if (!keep || settlement.kind !== 'later') return settlement
  return { ...settlement, delayMs: keep.delayMs, keptAs: keep.token }
}

/** A signal or a lost lease: the people are as they were. The allowance is a matter of the queue. */
export function endsProcess(error: MhError): boolean {
  return isStop(error) && batchFailureOf(error.code) === 'person'
}

function settlementOf({ attempts }: Claimed, fate: Fate | undefined): ReturnType<Settle> {
  switch (fate?.kind) {
    case undefined:
    case 'enriched':
      return { settlement: { kind: 'done' }, fate }
    case 'moved':
      return { settlement: { kind: 'release' } }
    case 'failed':
      return { settlement: { kind: 'dead', attempts: attempts + 1, reason: `MONGO_${fate.code}` } }
    case 'refused':
      return { settlement: { kind: 'dead', attempts: attempts + 1, reason: fate.code } }
  }
}

function count(drained: Drained, settlement: Settlement, fate: Fate | undefined): void {
  if (settlement.kind === 'later') drained.later += 1
  else if (settlement.kind === 'dead') drained.dead += 1
  else if (settlement.kind === 'release') drained.released += 1
  else if (fate?.kind !== 'enriched') drained.gone += 1
  else {
    drained.outcomes[fate.decision.outcome] += 1
    if (fate.changed) drained.changed += 1
  }
}
