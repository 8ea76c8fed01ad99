import type { KeptRun } from '../domain/run.js'
import type { LineValues, RunLine } from '../domain/run-line.js'
import type { IsSame, Present, UndoDecision } from '../domain/undo.js'
import type { Database } from '../mongo/database.js'
import type { LineId } from '../mongo/run-document.js'
import type { UndoLedger } from '../mongo/undo-ledger.js'
import type { Outcome } from '../salesforce/collections.js'
import type { FlatRow } from '../salesforce/query.js'
import type { SendTools } from './job-book.js'

/** What undoing the records of one object needs. */
export interface UndoTools extends SendTools {
  database: Database
  signal: AbortSignal
  /** The run that is undone. */
  undone: KeptRun
  ledger: UndoLedger
  walk: UndoWalk
}

/** What is known of records that others hang on, as far as an undo has come. */
export interface UndoWalk {
  dryRun: boolean
  /** What a dry run would take from its counts: members by Campaign, by Campaign and status, by Lead. */
  without: Map<string, number>
  keptMembers: Set<string>
  /** Campaigns that the run made: whether they are removed or kept. */
  removedCampaigns: Set<string>
  keptCampaigns: Set<string>
}

/** A line and what there is now of its record; lines of one record have the same key. */
export interface Sighting {
  line: RunLine
  key: string
  present?: Present
}

/** The lines under which steps are written down. */
export type LinesOfSteps = ReadonlyMap<UndoDecision, LineId>

/** Told what became of steps. */
export type SettleSteps = (settled: readonly { decision: UndoDecision; outcome: Outcome }[]) => Promise<void>

/** How the records of one object are looked at and put back. */
export interface UndoKind {
  object: string
  look: (lines: readonly RunLine[]) => Promise<Sighting[]>
  isSame?: IsSame
  /** Told of all decisions of a page, before anything of it is sent. */
  note?: (decisions: readonly UndoDecision[]) => void
  apply: (owed: readonly UndoDecision[], settle: SettleSteps, lineOf: LinesOfSteps) => Promise<void>
  /** What goes with records that are as they were, before their lines are settled. */
  finish?: (done: readonly UndoDecision[]) => Promise<void>
}

export function emptyWalk(dryRun: boolean): UndoWalk {
  return {
    dryRun,
    without: new Map(),
    keptMembers: new Set(),
    removedCampaigns: new Set(),
    keptCampaigns: new Set(),
  }
}

/** Adds to a count of the walk. */
export function tally({ without }: UndoWalk, key: string, by: number): void {
  without.set(key, (without.get(key) ?? 0) + by)
}

/** Fields that the lines speak of. */
export function fieldsOf(lines: readonly RunLine[]): string[] {
  return [...new Set(lines.flatMap(({ before = {}, after = {} }) => [...Object.keys(before), ...Object.keys(after)]))]
}

/** A row as a record that is there; of the fields asked for, those without a value are null. */
export function presentOf(row: FlatRow, fields: readonly string[]): Present {
  return { id: row.Id ?? '', values: Object.fromEntries(fields.map((field) => [field, row[field] ?? null])) }
}

/** The record's id, where the line has one: of a record that was made it came with the reply. */
export function recordIdOf({ action, key, recordId }: RunLine): string | undefined {
  return action === 'insert' ? recordId : key
}

/** A line that now knows its record, though nobody had heard whether it was made. */
export function heard(line: RunLine, row: FlatRow | undefined): RunLine {
  return line.action === 'insert' && line.recordId === undefined && row ? { ...line, recordId: row.Id } : line
}

/** A record as it is called today, where undoing has made it again, perhaps more than once. */
export function todayOf(id: string, remade: ReadonlyMap<string, string>): string {
  const next = remade.get(id)
  return next === undefined ? id : todayOf(next, remade)
}

/** A text of a line's values. */
export function textIn(values: LineValues | undefined, field: string): string | undefined {
  const value = values?.[field]
  return typeof value === 'string' ? value : undefined
}

/** Clocks of the org and of the machine that ran it may differ by so much. */
const SKEW_MS = 10 * 60_000

/** Whether a record can be one that the run made: it was not there before the run began. */
export function isSince({ startedAt }: KeptRun, { CreatedDate = '' }: FlatRow): boolean {
  return Date.parse(CreatedDate) >= startedAt.getTime() - SKEW_MS
}

/** An edit within so much of the making is what the org's own automation does with a new record. */
const AUTOMATION_MS = 1_000

/** Whether anybody changed a record after it was made. */
export function isEdited({ CreatedDate = '', LastModifiedDate = '', CreatedById, LastModifiedById }: FlatRow): boolean {
  return CreatedById !== LastModifiedById || Date.parse(LastModifiedDate) - Date.parse(CreatedDate) > AUTOMATION_MS
}

export const AUDIT_FIELDS = ['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById'] as const
