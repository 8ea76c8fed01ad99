import type { Decision, Outcome } from './decision.js'
import type { MemberDecision } from './member.js'

/** Whether both systems say the same of one participant of an event. */
export type Verdict =
  | { kind: 'agrees' }
  /** Fields that a sync would write, by object: `CampaignMember.Status`, `participants.title`. */
  | { kind: 'differs'; fields: string[] }
  /** Ought to be a member, and is none. */
  | { kind: 'missing' }
  /** What matching could not decide. */
  | { kind: 'not judged'; why: string }

/** Everything that is known of one participant when judging. */
export interface Evidence {
  outcome: Outcome
  /** Fields of the participant's own document that a run would write. */
  ownFields: readonly string[]
  /** What is owed to the membership; absent for somebody who ought not to be a member and is none. */
  member?: MemberDecision
  /** Fields of the Contact that a run would write. */
  contactFields: readonly string[]
}

export interface VerdictCounts {
  people: number
  agrees: number
  differs: number
  missing: number
  'not judged': number
  /** Participants by field that differs; one may be counted under several. */
  fields: Record<string, number>
  /** Those not judged, by reason. */
  reasons: Record<string, number>
}

/** What of somebody's document a run would write. */
export function ownFieldsOf({ change }: Decision): string[] {
  return change ? [...Object.keys(change.set), ...change.unset] : []
}

/** Judges one participant. What could not be decided is not judged, whatever else differs. */
export function verdictOf({ outcome, ownFields, member, contactFields }: Evidence): Verdict {
  if (outcome === 'parked') return { kind: 'not judged', why: 'parked for a person' }
  if (outcome === 'malformed') return { kind: 'not judged', why: 'the address is not usable' }
  if (member?.change?.kind === 'insert') return { kind: 'missing' }
  const fields = [
    ...ownFields.map((field) => `participants.${field}`),
    ...(member?.change?.kind === 'update' ? ['CampaignMember.Status'] : []),
    ...(member?.change?.kind === 'remove' ? ['CampaignMember'] : []),
    ...contactFields.map((field) => `Contact.${field}`),
  ]
  return fields.length > 0 ? { kind: 'differs', fields } : { kind: 'agrees' }
}

const WORST_FIRST = ['missing', 'differs', 'not judged', 'agrees'] as const

/** Of several verdicts about one participant, the worst. */
export function worstOf([first, ...others]: readonly [Verdict, ...Verdict[]]): Verdict {
  const rank = ({ kind }: Verdict) => WORST_FIRST.indexOf(kind)
  return others.reduce((worst, each) => (rank(each) < rank(worst) ? each : worst), first)
}

export function noVerdicts(): VerdictCounts {
  return { people: 0, agrees: 0, differs: 0, missing: 0, 'not judged': 0, fields: {}, reasons: {} }
}

/** Adds one verdict, in place: the four kinds add up to the people. */
export function countVerdict(counts: VerdictCounts, verdict: Verdict): void {
  counts.people += 1
  counts[verdict.kind] += 1
  if (verdict.kind === 'differs')
    for (const field of verdict.fields) counts.fields[field] = (counts.fields[field] ?? 0) + 1
  if (verdict.kind === 'not judged') counts.reasons[verdict.why] = (counts.reasons[verdict.why] ?? 0) + 1
}
