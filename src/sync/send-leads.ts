import type { Clock } from '../clock.js'
import type { NormalEmail } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { countFailedLead, leaveOut, type LeadReport } from '../domain/lead-report.js'
import { draftLead, type CreatableField, type LeadFields } from '../domain/lead.js'
import type { MatchPolicy } from '../domain/match.js'
import type { LineDraft, LineOutcome } from '../domain/run-line.js'
import type { LeadClaims } from '../mongo/lead-claims.js'
import type { LineId } from '../mongo/run-document.js'
import { isFateUnknown, mayTryRowAgain } from '../salesforce/failure.js'
import { createLeads, createSingly, isLikeOthers, type LeadOutcome } from '../salesforce/lead-records.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { Run } from './run.js'
import { matchCandidates, partition, type LeadCandidate, type LeadHints, type LeadSettings } from './lead-candidates.js'

export interface LeadSending {
  source: PeopleSource
  clock: Clock
  signal: AbortSignal
  policy: MatchPolicy & EnrichmentPolicy
  leads: LeadSettings
  creatable: ReadonlyMap<string, CreatableField>
  claims: LeadClaims
  report: LeadReport
  run?: Run
  /** Under which line each address was written down. */
  lines: Map<NormalEmail, LineId>
  /** Gets the records that duplicate rules named. */
  hints: LeadHints
  /** Gets those that were sent and not answered: they stay claimed. */
  unanswered: Set<NormalEmail>
}

/** Rounds of sending rows that were locked. */
const ROUNDS = 4
const FIRST_PAUSE_MS = 500
/** After a lost reply the org is left so long to finish what it does, before it is asked. */
const LOST_REPLY_MS = 3_000
/** Nobody knows whether the Lead was made; a later run looks before it makes one. */
const UNKNOWN_FATE = 'UNKNOWN_FATE'

/** Makes Leads of at most 200 candidates whose addresses are claimed, and notes on each claim what became of it. */
export async function sendLeads(sending: LeadSending, candidates: readonly LeadCandidate[]): Promise<void> {
  await intend(sending, candidates)
  const alike = await sendTogether(sending, candidates)
  await sendSingly(sending, alike)
}

/** Sends all in one call, those that were locked again. Returns those that a duplicate rule refused. */
async function sendTogether(sending: LeadSending, candidates: readonly LeadCandidate[]): Promise<LeadCandidate[]> {
  const { source, clock, signal, leads } = sending
  const alike: LeadCandidate[] = []
  let owed = [...candidates]
  await settlingLost(
    sending,
    () => owed,
    async () => {
      for (let round = 1; owed.length > 0; round += 1) {
        if (round > 1) {
          await clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round, signal)
          owed = await stillOurs(sending, owed)
        }
        const outcomes = await createLeads(source.org, drafts(sending, owed), leads)
        const sent = pair(owed, outcomes)
        alike.push(...sent.filter(({ outcome }) => isLikeOthers(outcome)).map(({ candidate }) => candidate))
        owed = await settle(sending, sent, round < ROUNDS)
      }
    },
  )
  return alike
}

/** Sends those that a duplicate rule refused each for itself: only then does the org name the records it means. */
async function sendSingly(sending: LeadSending, alike: readonly LeadCandidate[]): Promise<void> {
  const ours = await stillOurs(sending, alike)
  let owed = ours
  await settlingLost(
    sending,
    () => owed,
    async () => {
      await createSingly(sending.source.org, drafts(sending, ours), sending.leads, async (first, outcomes) => {
        await settle(sending, pair(ours.slice(first), outcomes), false)
        owed = ours.slice(first + outcomes.length)
      })
    },
  )
}

/** Before anything is sent again, claims are looked at again: waiting may have taken longer than they last. */
async function stillOurs(
  { claims, report }: LeadSending,
  candidates: readonly LeadCandidate[],
): Promise<LeadCandidate[]> {
  if (candidates.length === 0) return []
  const ours = await claims.confirm(candidates.map(({ email }) => email))
  for (const { email, participantIds } of candidates)
    if (!ours.has(email)) leaveOut(report, 'another run is making it', participantIds.length)
  return candidates.filter(({ email }) => ours.has(email))
}

interface Sent {
  candidate: LeadCandidate
  outcome: LeadOutcome
}

function pair(candidates: readonly LeadCandidate[], outcomes: readonly LeadOutcome[]): Sent[] {
  return candidates.flatMap((candidate, at) => {
    const outcome = outcomes[at]
    return outcome ? [{ candidate, outcome }] : []
  })
}

/** Notes what the org said; returns those to be sent again. */
async function settle(sending: LeadSending, sent: readonly Sent[], mayRepeat: boolean): Promise<LeadCandidate[]> {
  const { claims, report, hints } = sending
  const again: LeadCandidate[] = []
  const made: { email: NormalEmail; leadId: string }[] = []
  const parked: { email: NormalEmail; lookalikeIds: readonly string[] }[] = []
  const refused: { email: NormalEmail; code: string }[] = []
  for (const { candidate, outcome } of sent) {
    const { email, participantIds } = candidate
    if (outcome.ok) {
      made.push({ email, leadId: outcome.id })
      continue
    }
    if (isLikeOthers(outcome)) continue
    if (mayRepeat && mayTryRowAgain(outcome.code)) {
      again.push(candidate)
      continue
    }
    refused.push({ email, code: outcome.code })
    if (outcome.lookalikeIds?.length) parked.push({ email, lookalikeIds: outcome.lookalikeIds })
    else countFailedLead(report, outcome.code, participantIds)
  }
  for (const { email, lookalikeIds } of parked) hints.set(email, { lookalikeIds })
  report.created += made.length
  report.parked += parked.length
  await claims.created(made)
  await claims.parked(parked)
  await note(sending, [...made.map(asDone), ...refused.map(asRefused)])
  return again
}

interface Noted {
  email: NormalEmail
  outcome: LineOutcome
}

function asDone({ email, leadId }: { email: NormalEmail; leadId: string }): Noted {
  return { email, outcome: { state: 'done', recordId: leadId } }
}

function asRefused({ email, code }: { email: NormalEmail; code: string }): Noted {
  return { email, outcome: { state: 'refused', code } }
}

/** Writes down what is about to be sent. The key is a participant: a Lead that is still to be made has no id. */
async function intend(sending: LeadSending, candidates: readonly LeadCandidate[]): Promise<void> {
  const after = drafts(sending, candidates)
  const lines = candidates.map(({ participantIds, consent: { source, at: agreedAt } }, at): LineDraft => ({
    object: 'Lead',
    action: 'insert',
    key: participantIds[0] ?? '',
    after: after[at],
    participantIds,
    consent: { source, ...(agreedAt ? { at: agreedAt } : {}) },
  }))
  const ids = (await sending.run?.intend(lines)) ?? []
  for (const [at, id] of ids.entries()) {
    const candidate = candidates[at]
    if (candidate) sending.lines.set(candidate.email, id)
  }
}

async function note({ run, lines }: LeadSending, noted: readonly Noted[]): Promise<void> {
  await run?.settle(
    noted.flatMap(({ email, outcome }) => {
      const id = lines.get(email)
      return id === undefined ? [] : [{ id, outcome }]
    }),
  )
}

/**
 * Does what sends; when a reply was lost, looks who is there now. Of the others nobody knows, so this run does not send
 * them again. When it was stopped, what was on its way stays claimed. Throws what is neither.
 */
async function settlingLost(
  sending: LeadSending,
  owed: () => readonly LeadCandidate[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    const isLost = isFateUnknown(error)
    if (isLost || sending.signal.aborted) for (const { email } of owed()) sending.unanswered.add(email)
    if (!isLost) throw error
    await lookForLost(sending, owed())
  }
}

async function lookForLost(sending: LeadSending, lost: readonly LeadCandidate[]): Promise<void> {
  const { source, clock, signal, policy, claims, report, unanswered } = sending
  await clock.sleep(LOST_REPLY_MS, signal)
  const known = await matchCandidates(source, policy, lost, new Map())
  const { somebody, nobody } = partition(lost, known)
  const made = somebody.flatMap(({ email, participantIds: [id = ''] }) => {
    const match = known.get(id)?.match
    return match?.kind === 'lead' ? [{ email, leadId: match.lead.id }] : []
  })
  report.created += made.length
  report.found += somebody.length - made.length
  await claims.created(made)
  await note(sending, made.map(asDone))
  for (const { email } of somebody) unanswered.delete(email)
  for (const { participantIds } of nobody) countFailedLead(report, UNKNOWN_FATE, participantIds)
}

function drafts({ leads, creatable }: LeadSending, candidates: readonly LeadCandidate[]): LeadFields[] {
  return candidates.map(({ email, participants: [participant], company }) =>
    draftLead(
      { participantId: participant?.id ?? '', email, name: participant?.name ?? '', company },
      leads,
      creatable,
    ),
  )
}
