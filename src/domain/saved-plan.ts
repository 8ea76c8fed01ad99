import type { PlannedCalls } from './planned-calls.js'
import type { Allowance } from './quota.js'
import type { AskedWay } from './write-plan.js'
import type { LineDraft, LineValues } from './run-line.js'

/** One change that a plan owes. Of a Campaign that is still to be made, what is in it is known by its event. */
export interface PlannedChange extends Pick<LineDraft, 'object' | 'action' | 'key'> {
  before?: Readonly<Record<string, PlannedValue>>
  after?: Readonly<Record<string, PlannedValue>>
}
/** As it stands in a file: times are ISO text. */
export type PlannedValue = string | number | boolean | null

/** What a plan is of: everything that decides on it beside the two systems and the settings. */
export interface PlanScope {
  orgId: string
  /** What was asked for: an event, or undefined for all that are live. */
  event?: string
  /** The Campaign of each event; null of one that has none yet. */
  campaigns: Readonly<Record<string, string | null>>
  correct: boolean
  writeBack: boolean
  /** How rows are written. */
  via: AskedWay
}

/** A plan as it was computed at one moment. */
export interface Plan {
  scope: PlanScope
  /** In the order of `inOrder`. */
  changes: readonly PlannedChange[]
}

/** What was owed at one moment, and what it costs: written to a file, to be applied later exactly or not at all. */
export interface SavedPlan extends Plan {
  /** ISO time. */
  madeAt: string
  /** Of mh-sf. */
  madeBy: string
  calls: PlannedCalls
  jobs: number
  /** Calls that reading both sides took, and will take about once more before it is applied. */
  check: number
  allowance?: Allowance
}

/** How what is owed now differs from what a plan says. */
export interface PlanDifference {
  kind: 'owed no more' | 'owed since' | 'owed otherwise' | 'another campaign' | 'another org'
  object: string
  key: string
}

/** When things were noted, and what is only known once its Campaign is there: no part of what is owed. */
const NOT_COMPARED = new Set(['lastSyncedAt', 'syncedAt', 'CampaignId'])

/** A change as a plan holds it. */
export function plannedChange({
  object,
  action,
  key,
  before,
  after,
}: Pick<LineDraft, 'object' | 'action' | 'key' | 'before' | 'after'>): PlannedChange {
  return {
    object,
    action,
    key,
    ...(before ? { before: compared(before) } : {}),
    ...(after ? { after: compared(after) } : {}),
  }
}

function compared(values: LineValues): Record<string, PlannedValue> {
  const kept = Object.entries(values).filter(([field]) => !NOT_COMPARED.has(field))
  kept.sort(([one], [other]) => compareText(one, other))
  return Object.fromEntries(kept.map(([field, value]) => [field, value instanceof Date ? value.toISOString() : value]))
}

/** Changes in the order of a plan. */
export function inOrder(changes: readonly PlannedChange[]): PlannedChange[] {
  return [...changes].sort((one, other) => compareText(identityOf(one), identityOf(other)))
}

/** Everything that a plan was computed from as far as it decides on what is owed, as text: of equal plans it is equal. */
export function* planText({ scope, changes }: Plan): Generator<string> {
  yield scopeText(scope)
  for (const change of changes) yield `\n${textOf(change)}`
}

/**
 * How what is owed now differs from a plan. `begun`: this plan was applied in part before, so that what is owed no more has
 * been done.
 */
export function differencesOf(plan: Plan, now: Plan, begun: boolean): PlanDifference[] {
  const owed = new Map(now.changes.map((change) => [identityOf(change), change]))
  const { orgId } = now.scope
  if (orgId !== plan.scope.orgId) return [{ kind: 'another org', object: 'Organization', key: orgId }]
  const differences: PlanDifference[] = campaignDifferences(plan, now, begun)
  const add = (kind: PlanDifference['kind'], { object, key }: PlannedChange) => differences.push({ kind, object, key })
  for (const change of plan.changes) {
    const same = owed.get(identityOf(change))
    owed.delete(identityOf(change))
    if (!same && !begun) add('owed no more', change)
    if (same && textOf(same) !== textOf(change)) add('owed otherwise', change)
  }
  for (const change of owed.values()) add('owed since', change)
  return differences
}

function campaignDifferences(plan: Plan, now: Plan, begun: boolean): PlanDifference[] {
  const events = new Set([...Object.keys(plan.scope.campaigns), ...Object.keys(now.scope.campaigns)])
  return [...events].flatMap((key) => {
    const [then, today] = [plan.scope.campaigns[key], now.scope.campaigns[key]]
    if (then === today || (begun && then === null)) return []
    return [{ kind: 'another campaign' as const, object: 'events', key }]
  })
}

/** How many rows a plan has by object and action, as `CampaignMember insert`. */
export function rowsOf(changes: readonly PlannedChange[]): Record<string, number> {
  const rows: Record<string, number> = {}
  for (const { object, action } of changes) rows[`${object} ${action}`] = (rows[`${object} ${action}`] ?? 0) + 1
  return rows
}

/** Gathers what is owed while it is decided on; with a plan, refuses what this does not hold. */
export class PlanBook {
  readonly changes: PlannedChange[] = []
  readonly #allowed: ReadonlyMap<string, string> | undefined

  /** `onOther` is told of a change that the plan does not hold; it throws. */
  constructor(
    plan?: Plan,
    private readonly onOther: (change: PlannedChange) => void = () => {},
  ) {
    this.#allowed = plan && new Map(plan.changes.map((change) => [identityOf(change), textOf(change)]))
  }

  /** These changes are owed, and about to be sent if anything is. */
  owed(drafts: readonly Pick<LineDraft, 'object' | 'action' | 'key' | 'before' | 'after'>[]): void {
    for (const draft of drafts) {
      const change = plannedChange(draft)
      if (this.#allowed && this.#allowed.get(identityOf(change)) !== textOf(change)) this.onOther(change)
      this.changes.push(change)
    }
  }
}

function identityOf({ object, action, key }: PlannedChange): string {
  return `${object}\n${action}\n${key}`
}

function textOf({ object, action, key, before, after }: PlannedChange): string {
  return JSON.stringify([object, action, key, before ?? null, after ?? null])
}

function scopeText({ orgId, event, campaigns, correct, writeBack, via }: PlanScope): string {
  const sorted = Object.entries(campaigns).sort(([one], [other]) => compareText(one, other))
  return JSON.stringify([orgId, event ?? null, sorted, correct, writeBack, via])
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
