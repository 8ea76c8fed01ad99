import { isSameValue, type FieldDetails, type Written } from './write-back.js'

/** What is kept of somebody, and why. */
export interface KeptOfPerson {
  object: string
  records: number
  why: KeptWhy
}

export type KeptWhy =
  | 'it is the org’s own record, which we did not make'
  | 'it was converted: the org goes on with it as its own'
  | 'somebody edited the field since we wrote it'
  | 'the user may not write the field'
  | 'it is a member of a campaign that is not ours'
  | 'it is the platform’s own document, and for the platform to delete'

/** Of one Contact: the fields that are emptied, and those that are left. */
export interface EmptiedFields {
  empty: string[]
  kept: { field: string; why: KeptWhy }[]
}

/** Which fields of a Contact go: those that still hold what we wrote. What somebody wrote over it is not ours. */
export function fieldsToEmpty(
  current: Readonly<Record<string, string | undefined>>,
  { last, sent }: Written,
  details: ReadonlyMap<string, FieldDetails>,
): EmptiedFields {
  const decided: EmptiedFields = { empty: [], kept: [] }
  for (const field of new Set([...Object.keys(last), ...Object.keys(sent)])) {
    const [value, detail] = [current[field], details.get(field)]
    if (value === undefined || !detail) continue
    const isOurs = [last[field], sent[field]].some((each) => each !== undefined && isSameValue(value, each, detail))
    if (!isOurs) decided.kept.push({ field, why: 'somebody edited the field since we wrote it' })
    else if (!detail.updateable) decided.kept.push({ field, why: 'the user may not write the field' })
    else decided.empty.push(field)
  }
  return decided
}

/** How many things of a kind went, were masked, or are to be. */
export interface ErasedCount {
  object: string
  what: 'removed' | 'emptied' | 'masked'
  records: number
}

/** What an erasure leaves behind: nothing in it says who it was. */
export interface ErasureReceipt {
  receipt: 'mh-sf erasure'
  version: 1
  /** The keyed hash that is kept of the person. */
  tombstone: string
  orgId: string
  /** ISO time of the latest run. */
  at: string
  /** The runs that did it: more than one where it was cut off. */
  runs: string[]
  erased: ErasedCount[]
  kept: KeptOfPerson[]
}

export interface SignedReceipt extends ErasureReceipt {
  signature: { algorithm: 'HMAC-SHA256'; key: string; value: string }
}

/** A receipt as it is signed: the same text whatever the order in which its fields came. */
export function receiptText({ receipt, version, tombstone, orgId, at, runs, erased, kept }: ErasureReceipt): string {
  return JSON.stringify([
    receipt,
    version,
    tombstone,
    orgId,
    at,
    runs,
    erased.map(({ object, what, records }) => [object, what, records]),
    kept.map(({ object, records, why }) => [object, records, why]),
  ])
}
