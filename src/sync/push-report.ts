import type { MemberDecision, MemberIndex } from '../domain/member.js'

/** What became of the members of one Campaign. */
export interface PushReport {
  inserted: number
  updated: number
  removed: number
  /** Right before we came, or made right by somebody else meanwhile. */
  unchanged: number
  /** Left alone although they differ, by reason. */
  held: Record<string, number>
  /** Not sent, because they opted out after they were matched. */
  optedOut: number
  /** Given to a Bulk job that was still running when waiting for it was given up. */
  running: number
  /** Rows that were not written, by the org's code, with some of the participants. */
  failed: Record<string, { count: number; participants: string[] }>
}

/** Why the org did not take a change. */
export interface Refusal {
  code: string
  participantIds: string[]
}

/** Stands for the org's code where nothing was sent, because somebody opted out between being matched and being sent. */
export const OPTED_OUT = 'OPTED_OUT'
const SAMPLES = 5

function none(): Omit<PushReport, 'inserted' | 'updated' | 'removed'> {
  return { unchanged: 0, held: {}, optedOut: 0, running: 0, failed: {} }
}

/**
 * What was done: the difference between the members before and after, and what is owed still, by the org's reasons; with
 * `jobGoesOn` what has no reason yet is a job's that goes on.
 */
export function reportOn(
  decisions: readonly MemberDecision[],
  before: ReadonlyMap<string, string | undefined>,
  members: MemberIndex,
  refused: ReadonlyMap<string, Refusal>,
  jobGoesOn: boolean,
): PushReport {
  const removed = [...before.keys()].filter((id) => members.get(id) === undefined).length
  const report: PushReport = { inserted: 0, updated: 0, removed, ...none() }
  for (const { member, change, held, participantIds } of decisions) {
    if (held !== undefined) report.held[held] = (report.held[held] ?? 0) + 1
    if (change) {
      const refusal = refused.get(change.kind === 'insert' ? change.record.id : change.memberId)
      if (!refusal && jobGoesOn) report.running += 1
      else if (refusal?.code === OPTED_OUT) report.optedOut += 1
      else countFailure(report, refusal, participantIds)
    } else if (!member) continue
    else if (!before.has(member.id)) report.inserted += 1
    else if (before.get(member.id) !== member.status) report.updated += 1
    else report.unchanged += 1
  }
  return report
}

function countFailure(report: PushReport, refusal: Refusal | undefined, participantIds: readonly string[]): void {
  const group = (report.failed[refusal?.code ?? 'UNKNOWN_FATE'] ??= { count: 0, participants: [] })
  group.count += 1
  group.participants.push(...participantIds.slice(0, SAMPLES - group.participants.length))
}

/** A plan that is not applied, as counts. */
export function plannedReport(decisions: readonly MemberDecision[]): PushReport {
  const report: PushReport = { inserted: 0, updated: 0, removed: 0, ...none() }
  for (const { change, held, member } of decisions) {
    if (held !== undefined) report.held[held] = (report.held[held] ?? 0) + 1
    if (change) report[COUNTED[change.kind]] += 1
    else if (member) report.unchanged += 1
  }
  return report
}

const COUNTED = { insert: 'inserted', update: 'updated', remove: 'removed' } as const
