import type { NoLead } from './lead-choice.js'

/** What became of the people whom the org did not know. */
export interface LeadReport {
  /** Leads made; in a dry run: that would be. */
  created: number
  /** Somebody made them between our first look and the second. */
  found: number
  /** A duplicate rule named records that are like them: left for a person. */
  parked: number
  leftOut: Partial<Record<NoLead, number>>
  /** Leads that were not made, by the org's code, with some of the participants. */
  failed: Record<string, { count: number; participants: string[] }>
}

const SAMPLES = 5

export function emptyLeadReport(): LeadReport {
  return { created: 0, found: 0, parked: 0, leftOut: {}, failed: {} }
}

/** Adds people who do not become Leads, in place. */
export function leaveOut(report: LeadReport, why: NoLead, people = 1): void {
  report.leftOut[why] = (report.leftOut[why] ?? 0) + people
}

/** Adds a Lead that was not made, in place. */
export function countFailedLead(report: LeadReport, code: string, participantIds: readonly string[]): void {
  const group = (report.failed[code] ??= { count: 0, participants: [] })
  group.count += 1
  group.participants.push(...participantIds.slice(0, SAMPLES - group.participants.length))
}
