/** A value of a field; null where it has none. */
export type LineValue = string | number | boolean | Date | null
/** Values of a record by field, as they were or as they were sent. */
export type LineValues = Readonly<Record<string, LineValue>>

/** Values as a line keeps them: without those that there are none of. */
export function presentValues(values: Readonly<Record<string, LineValue | undefined>>): LineValues {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])),
  )
}

/** The key of a member that is still to be made: its Campaign and its person. */
export function newMemberKey(campaignId: string, personId: string): string {
  return `${campaignId}/${personId}`
}

/** One change to one record that a run is about to make. */
export interface LineDraft {
  /** Of Salesforce, or the collection of the platform: `CampaignMember`, `participants`. */
  object: string
  action: 'insert' | 'update' | 'delete'
  /** The record's id; of one that is still to be made, what tells it from others. */
  key: string
  before?: LineValues
  after?: LineValues
  /** What our own notes said of these fields before, where we keep notes on the record (`WrittenContacts`). */
  notes?: { values: LineValues; sent: LineValues }
  /** The participants it is about. */
  participantIds: readonly string[]
  /** Where and when somebody agreed to it, where that is needed. */
  consent?: { source: string; at?: Date }
}

/**
 * How a change stands: `sent` was about to be sent, and nobody has noted since what became of it; `done` is as the line says;
 * `refused` was not made, with the code.
 */
export type LineState = 'sent' | 'done' | 'refused'

const PERSON_RECORD = /^00[3Q][0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/u
/** Ids have 15 characters that count, and 3 that only check them (rest.md §10). */
const ID_CHARACTERS = 15

/** The Contacts and Leads among these ids, by the characters that count. */
export function personRecords(ids: readonly unknown[]): string[] {
  const found = ids.filter((each): each is string => typeof each === 'string' && PERSON_RECORD.test(each))
  return [...new Set(found.map((id) => id.slice(0, ID_CHARACTERS)))]
}

/** The Contacts and Leads that a change speaks of: its own record, that of a member, those that a document is linked to. */
export function recordsOf({ key, before = {}, after = {} }: Pick<LineDraft, 'key' | 'before' | 'after'>): string[] {
  return personRecords([...key.split('/'), ...Object.values(before), ...Object.values(after)])
}

/** What became of a change. */
export type LineOutcome = { state: 'done'; recordId?: string } | { state: 'refused'; code: string }

/** A line as it is kept. */
export interface RunLine extends LineDraft {
  id: string
  state: LineState
  /** The record that was made. */
  recordId?: string
  code?: string
  /** The Bulk job that was given it. */
  jobId?: string
  /** The run that did it again after it had failed. */
  retriedBy?: string
  /** Whom it was about, and all values, were taken from it. */
  erased?: boolean
  /** The run that took it back, and the record that took the place of one that was removed. */
  undone?: { by: string; recordId?: string }
}

/** How many lines of a run stand how, by object and action. */
export interface LineCount {
  object: string
  action: LineDraft['action']
  state: LineState
  code?: string
  lines: number
}

/** The counts without these lines, which were counted in them. */
export function withoutLines(tally: readonly LineCount[], lines: readonly RunLine[]): LineCount[] {
  const keyOf = ({ object, action, state, code }: Omit<LineCount, 'lines'>) => [object, action, state, code].join('\n')
  const less = new Map<string, number>()
  for (const line of lines) less.set(keyOf(line), (less.get(keyOf(line)) ?? 0) + 1)
  return tally.flatMap((each) => {
    const left = each.lines - (less.get(keyOf(each)) ?? 0)
    return left > 0 ? [{ ...each, lines: left }] : []
  })
}
