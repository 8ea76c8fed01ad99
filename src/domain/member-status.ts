import { sameId } from './campaign-choice.js'

/** Rungs of the ladder on which a member's status climbs, lowest first (product.md §5). */
export const RUNGS = ['registered', 'no_show', 'attended'] as const
export type Rung = (typeof RUNGS)[number]

/** A CampaignMemberStatus of one Campaign (objects.md §5). */
export interface MemberStatus {
  id: string
  label: string
  sortOrder: number
  isDefault: boolean
  hasResponded: boolean
}

/** How a status of ours is called, and whether it counts as a response. */
export interface StatusName {
  label: string
  hasResponded: boolean
}

export type StatusNames = Readonly<Record<Rung, StatusName>>

/** The statuses that every new Campaign has by itself (objects.md §5): nobody chose them for anyone. */
const GIVEN = ['sent', 'responded']

/** What is to be done to a Campaign's statuses before any member is sent. */
export interface StatusPlan {
  create: (StatusName & { sortOrder: number })[]
  change: { id: string; rung: Rung; hasResponded?: boolean; sortOrder?: number }[]
  /** The label of each rung in this Campaign: the org may have renamed one of ours. */
  labels: Record<Rung, string>
  /** Drift, told before rows are sent. */
  notes: string[]
}

/**
 * Compares a Campaign's statuses with those that are wanted. One that we made and somebody renamed keeps its new name:
 * that is a decision of the org, and it is said. One that is gone is made again. Others are left alone.
 * `known` are the ids under which earlier runs knew ours, `also` are statuses that are no rung and are made where they
 * are missing.
 */
export function planStatuses(
  actual: readonly MemberStatus[],
  wanted: StatusNames,
  known: Partial<Record<Rung, string>>,
  also: readonly StatusName[] = [],
): StatusPlan {
  const plan: StatusPlan = { create: [], change: [], labels: labelsOf(wanted), notes: [] }
  let highest = Math.max(0, ...actual.map(({ sortOrder }) => sortOrder))
  let below = 0
  for (const rung of RUNGS) {
    const { label, hasResponded } = wanted[rung]
    const found = findStatus(actual, label, known[rung])
    if (!found) {
      if (known[rung] !== undefined)
        plan.notes.push(`status "${label}" was removed from the campaign: it is made again`)
      plan.create.push({ label, hasResponded, sortOrder: ++highest })
      below = highest
      continue
    }
    if (!sameLabel(found.label, label)) {
      plan.notes.push(`status "${label}" is called "${found.label}" in this campaign: that name is used`)
      plan.labels[rung] = found.label
    }
    const sortOrder = found.sortOrder > below ? undefined : ++highest
    below = sortOrder ?? found.sortOrder
    const responded = found.hasResponded === hasResponded ? undefined : hasResponded
    if (sortOrder !== undefined || responded !== undefined) {
      plan.change.push({ id: found.id, rung, sortOrder, hasResponded: responded })
    }
  }
  const missing = also.filter(({ label }) => !actual.some((status) => sameLabel(status.label, label)))
  plan.create.push(...missing.map((status) => ({ ...status, sortOrder: ++highest })))
  return plan
}

/** The ids under which the statuses of a Campaign are to be known from now on. */
export function statusIds(
  actual: readonly MemberStatus[],
  labels: Record<Rung, string>,
): Partial<Record<Rung, string>> {
  const ids = RUNGS.map((rung) => [rung, actual.find(({ label }) => sameLabel(label, labels[rung]))?.id] as const)
  return Object.fromEntries(ids.filter(([, id]) => id !== undefined))
}

/** Where a member stands: on a rung, below all of them, or where somebody else has put it. */
export type Standing = Rung | 'below' | 'elsewhere'

/** Reads a member's status: the Campaign's labels and the configured ones both mean our rungs. */
export function standingOf(
  status: string | undefined,
  labels: Record<Rung, string>,
  wanted: StatusNames,
  defaultLabel?: string,
): Standing {
  if (status === undefined) return 'below'
  const rung = RUNGS.find((each) => sameLabel(status, labels[each]) || sameLabel(status, wanted[each].label))
  if (rung) return rung
  const isGiven =
    GIVEN.includes(status.toLowerCase()) || (defaultLabel !== undefined && sameLabel(status, defaultLabel))
  return isGiven ? 'below' : 'elsewhere'
}

export function sameLabel(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase()
}

function findStatus(
  actual: readonly MemberStatus[],
  label: string,
  knownId: string | undefined,
): MemberStatus | undefined {
  const byLabel = actual.find((status) => sameLabel(status.label, label))
  return byLabel ?? actual.find(({ id }) => knownId !== undefined && sameId(id, knownId))
}

function labelsOf(wanted: StatusNames): Record<Rung, string> {
  return { registered: wanted.registered.label, no_show: wanted.no_show.label, attended: wanted.attended.label }
}
