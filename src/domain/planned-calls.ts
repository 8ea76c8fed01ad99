/** So many API calls when all goes well, and the most that it may take when nothing fails. */
export interface CallRange {
  calls: number
  atMost: number
}

/** What calls are for. Logging in is no kind: it is not metered (limits.md §1). */
export const CALL_KINDS = ['describe', 'read', 'write', 'jobs'] as const
export type CallKind = (typeof CALL_KINDS)[number]

/** The API calls that a run plans: in all, and by kind. */
export interface PlannedCalls extends CallRange {
  kinds: Partial<Record<CallKind, CallRange>>
}

export const NO_CALLS: PlannedCalls = { calls: 0, atMost: 0, kinds: {} }

/** A plan of calls of one kind; without `atMost` it is exact. */
export function callsOfKind(kind: CallKind, calls: number, atMost = calls): PlannedCalls {
  return atMost === 0 ? NO_CALLS : { calls, atMost, kinds: { [kind]: { calls, atMost } } }
}

/** Plans together. */
export function sumOfCalls(...plans: readonly PlannedCalls[]): PlannedCalls {
  const kinds = CALL_KINDS.flatMap((kind): [CallKind, CallRange][] => {
    const ranges = plans.flatMap((plan) => plan.kinds[kind] ?? [])
    return ranges.length === 0 ? [] : [[kind, sumOf(ranges)]]
  })
  return { ...sumOf(plans), kinds: Object.fromEntries(kinds) }
}

/** Whether a run that made so many calls kept to its plan. */
export function isWithin({ calls, atMost }: CallRange, spent: number): boolean {
  return calls <= spent && spent <= atMost
}

function sumOf(ranges: readonly CallRange[]): CallRange {
  const total = (of: keyof CallRange) => ranges.reduce((sum, range) => sum + range[of], 0)
  return { calls: total('calls'), atMost: total('atMost') }
}
