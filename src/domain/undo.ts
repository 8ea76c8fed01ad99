import type { LineValue, LineValues, RunLine } from './run-line.js'

/** A record as it is now. */
export interface Present {
  id: string
  values: LineValues
  /** Why it is not to be removed, beside what its values say. */
  holds?: Kept
  /** Why nothing of it is put back: a link stays with what it links to. */
  stays?: Kept
}

/** Why a record, or some fields of it, are left as they are. */
export type Kept =
  | 'changed since'
  | 'gone since'
  | 'added again since'
  | 'converted since'
  | 'has members that the run did not add'
  | 'has campaigns below it'
  | 'is a member of a campaign since'
  | 'has activities'
  | 'is the default, or members have it'
  | 'its record is kept'
  | 'its person or campaign is gone'
  | 'what was there before is not in the ledger'
  | 'its person has opted out since'

/** What brings a record back to where the run found it. */
export type UndoStep =
  | { kind: 'nothing' }
  | { kind: 'restore'; id: string; from: LineValues; to: LineValues }
  | { kind: 'remove'; id: string; was: LineValues }
  | { kind: 'make'; values: LineValues }

export interface UndoDecision {
  /** The record's lines, the latest first. */
  lines: readonly RunLine[]
  step: UndoStep
  /** What is left as it is, and the fields that somebody changed, where they are known. */
  kept?: { because: Kept; fields: string[] }
  /** Lines that are undone once the step is done. A record that is kept as a whole may be undone later. */
  settles: readonly RunLine[]
}

/** What would make somebody a member again who has opted out since: it is not done, nor noted as done. */
export function keptFromMaking(decision: UndoDecision): UndoDecision {
  const { lines } = decision
  return { lines, step: { kind: 'nothing' }, kept: whole('its person has opted out since'), settles: [] }
}

/** Whether two values of a field say the same. */
export type IsSame = (field: string, a: LineValue, b: LineValue) => boolean

/** Notes of when we looked: a later run moves them, and nobody edits them. */
const STAMPS = new Set(['lastSyncedAt', 'syncedAt'])

/**
 * How the changes that a run made to one record are undone: its lines, the latest first, against the record as it is now. A
 * field is put back only where it still holds what the run gave it; a record that the run made is removed only as it was made.
 */
export function decideUndo(
  lines: readonly RunLine[],
  present: Present | undefined,
  isSame: IsSame = sameValue,
): UndoDecision {
  let now = present
  const settles: RunLine[] = []
  const kept: NonNullable<UndoDecision['kept']>[] = []
  for (const line of lines) {
    const after = undone(line, now, isSame)
    now = after.now
    if (after.kept) kept.push(after.kept)
    if (!after.kept || isFinal(line, after.kept.because)) settles.push(line)
  }
  return { lines, step: stepBetween(present, now, isSame), settles, ...together(kept) }
}

/** Fields that somebody changed stay so; what is kept as a whole may go another time. */
function isFinal({ action }: RunLine, because: Kept): boolean {
  return action === 'update' && because !== 'its record is kept'
}

/** The same two values, whatever form the org gives them: it trims texts, and lists come as text. */
export function sameValue(_field: string, a: LineValue, b: LineValue): boolean {
  return comparable(a) === comparable(b)
}

interface Undone {
  now: Present | undefined
  kept?: { because: Kept; fields: string[] }
}

function undone(line: RunLine, now: Present | undefined, isSame: IsSame): Undone {
  if (now?.stays) return { now, kept: whole(now.stays) }
  switch (line.action) {
    case 'update':
      return now ? valuesBack(line, now, isSame) : { now, kept: whole('gone since') }
    case 'insert':
      return takenAway(line, now, isSame)
    case 'delete':
      return madeAgain(line, now, isSame)
  }
}

function valuesBack({ before, after = {} }: RunLine, now: Present, isSame: IsSame): Undone {
  if (!before) return { now, kept: whole('what was there before is not in the ledger') }
  const values: Record<string, LineValue> = { ...now.values }
  const changed: string[] = []
  for (const [field, given] of Object.entries(after)) {
    const [is, was] = [values[field] ?? null, before[field] ?? null]
    if (isSame(field, is, given)) values[field] = was
    else if (!isSame(field, is, was) && !STAMPS.has(field)) changed.push(field)
  }
  const kept = changed.length > 0 ? { because: 'changed since' as const, fields: changed } : undefined
  return { now: { ...now, values }, ...(kept ? { kept } : {}) }
}

function takenAway({ after = {} }: RunLine, now: Present | undefined, isSame: IsSame): Undone {
  if (!now) return { now }
  const changed = Object.entries(after).flatMap(([field, given]) =>
    isSame(field, now.values[field] ?? null, given) || STAMPS.has(field) ? [] : [field],
  )
  if (now.holds) return { now, kept: whole(now.holds) }
  return changed.length > 0 ? { now, kept: { because: 'changed since', fields: changed } } : { now: undefined }
}

function madeAgain({ before }: RunLine, now: Present | undefined, isSame: IsSame): Undone {
  if (!before) return { now, kept: whole('what was there before is not in the ledger') }
  if (!now) return { now: { id: '', values: before } }
  const isBack = Object.entries(before).every(
    ([field, was]) => STAMPS.has(field) || !(field in now.values) || isSame(field, now.values[field] ?? null, was),
  )
  return isBack ? { now } : { now, kept: whole('added again since') }
}

/** What has to be done to come from one state of a record to another. */
function stepBetween(present: Present | undefined, wanted: Present | undefined, isSame: IsSame): UndoStep {
  if (!present) return wanted ? { kind: 'make', values: wanted.values } : { kind: 'nothing' }
  if (!wanted) return { kind: 'remove', id: present.id, was: present.values }
  const fields = Object.keys(wanted.values).filter(
    (field) => !isSame(field, present.values[field] ?? null, wanted.values[field] ?? null),
  )
  if (fields.length === 0) return { kind: 'nothing' }
  return { kind: 'restore', id: present.id, from: only(present.values, fields), to: only(wanted.values, fields) }
}

function only(values: LineValues, fields: readonly string[]): LineValues {
  return Object.fromEntries(fields.map((field) => [field, values[field] ?? null]))
}

/** One reason for a record: that of its latest line, with the fields of all. */
function together(kept: readonly NonNullable<UndoDecision['kept']>[]): Pick<UndoDecision, 'kept'> {
  const [first] = kept
  return first ? { kept: { because: first.because, fields: [...new Set(kept.flatMap(({ fields }) => fields))] } } : {}
}

function whole(because: Kept): { because: Kept; fields: string[] } {
  return { because, fields: [] }
}

function comparable(value: LineValue): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  return String(value).replaceAll('\r\n', '\n').trim()
}
