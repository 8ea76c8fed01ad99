import { noAttendances, type Attendances } from '../domain/attendance.js'
import type { Campaign } from '../domain/campaign.js'
import { MemberIndex } from '../domain/member.js'
import { callsOfKind, NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { callsToExport, QUERIES_PER_CALL } from '../domain/read-plan.js'
import { callsToWrite, type AskedWay } from '../domain/write-plan.js'
import { EXPORT_ABOVE, ROWS_PER_PAGE } from '../salesforce/members.js'
import type { ContractPlan, PlannedContract } from './campaign-contract.js'
import { decideMembers, type PushRules } from './push-members.js'
import { plannedReport } from './push-report.js'
import { callsToSend, planSending } from './send-members.js'
import type { DecidedBack } from './write-back-step.js'

/** A new Campaign whose first statuses have to be put right is a call more than the plan says. */
const SURPRISE_OF_NEW = 1
/** The roll-ups of a Campaign trail behind its members. */
const ROLL_UP_ERROR = 0.1

/** Finding Campaigns, by id and name in one call, by a key too perhaps in two; and asking whether the user may change them. */
export function callsToFindCampaigns(byKey: boolean): PlannedCalls {
  return callsOfKind('read', 1, byKey ? 3 : 2)
}

/** What the fields of Contact can hold, and which of them can be read, perhaps anew. `known`: they are cached. */
export function callsToDescribeContacts(known: boolean): PlannedCalls {
  return callsOfKind('describe', known ? 1 : 2, 2)
}

/** Those that are there already. */
export function campaignsOf(planned: readonly PlannedContract[]): Campaign[] {
  return planned.flatMap((each) => ('plan' in each ? (each.plan.campaign ?? []) : []))
}

/** The members of Campaigns that are there: the small ones together, the large ones by an export each. */
export function callsToReadMembers(campaigns: readonly Campaign[]): PlannedCalls {
  const small = campaigns.filter(({ people }) => people <= EXPORT_ABOVE).map(({ people }) => people)
  const large = campaigns.filter(({ people }) => people > EXPORT_ABOVE)
  const pages = (error: number) => small.map((people) => Math.max(1, Math.ceil((people * (1 + error)) / ROWS_PER_PAGE)))
  const exports = large.map(({ people }) => {
    const { calls, atMost } = callsToExport(people)
    return callsOfKind('jobs', calls, atMost)
  })
  return sumOfCalls(callsOfKind('read', batched(pages(-ROLL_UP_ERROR)), batched(pages(ROLL_UP_ERROR))), ...exports)
}

/** Making a Campaign and its statuses what they should be. */
export function callsToContract({ campaign, calls }: ContractPlan): PlannedCalls {
  return callsOfKind('write', calls, calls + (campaign ? 0 : SURPRISE_OF_NEW))
}

/**
 * What is still to be spent when everybody is matched: on each Campaign, its members, and write-back. `members` are those
 * of Campaigns that were read already.
 */
export function callsOwed(
  planned: readonly PlannedContract[],
  people: ReadonlyMap<string, Attendances>,
  members: ReadonlyMap<string, MemberIndex>,
  rulesOf: (plan: ContractPlan) => PushRules,
  asked: AskedWay,
  back: DecidedBack | undefined,
): PlannedCalls {
  const events = planned.flatMap((each) => {
    if ('error' in each) return []
    const { plan, event } = each
    const index = plan.campaign ? members.get(plan.campaign.id) : new MemberIndex([])
    const all = people.get(event.id) ?? noAttendances()
    return [callsToContract(plan), callsToPush(all, index, rulesOf(plan), asked)]
  })
  return sumOfCalls(...events, back && 'report' in back ? callsToWrite(back.report.plan) : NO_CALLS)
}

/** Sending what is owed to the members of one event; while they are not read, anything from nothing to everybody. */
function callsToPush(
  people: Attendances,
  members: MemberIndex | undefined,
  rules: PushRules,
  asked: AskedWay,
): PlannedCalls {
  if (members) return callsToSend(planSending(plannedReport(decideMembers(people, members, rules)), asked))
  const [staying, leaving] = [people.members.size, people.departures.length]
  const everybody = { inserted: staying, updated: staying, removed: leaving }
  const { kinds } = callsToSend(planSending(everybody, asked))
  const ranges = Object.entries(kinds) as [keyof typeof kinds, { atMost: number }][]
  return sumOfCalls(NO_CALLS, ...ranges.map(([kind, { atMost }]) => callsOfKind(kind, 0, atMost)))
}

/** Calls of statements with so many pages each, five to a call: the further pages share calls too. */
function batched(pages: readonly number[]): number {
  let calls = 0
  for (let queue = [...pages]; queue.length > 0; calls += 1) {
    const left = queue.slice(0, QUERIES_PER_CALL).flatMap((count) => (count > 1 ? [count - 1] : []))
    queue = [...queue.slice(QUERIES_PER_CALL), ...left]
  }
  return calls
}
