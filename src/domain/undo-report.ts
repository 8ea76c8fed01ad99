import type { Kept, UndoDecision } from './undo.js'

/** What is done about the records of one object, or would be. */
export interface UndoCount {
  object: string
  restored: number
  removed: number
  /** Removed by the run, made again. */
  made: number
  /** As they were before, without our doing. */
  right: number
}

/** Records that are left as they are, or could not be put back: how many, and some of them. */
export interface UndoRest {
  object: string
  because: string
  count: number
  /** Ids, with the fields that were changed since, and by which later run, where it was one. */
  samples: { id: string; key: string; fields: string[]; by?: string }[]
}

/** What an undo does, or did. */
export interface UndoReport {
  counts: UndoCount[]
  kept: UndoRest[]
  failed: UndoRest[]
  /** Lines that are not noted as undone yet, and can be: with none there is nothing left to do. */
  open: number
}

const SAMPLES = 5
const DONE = { restore: 'restored', remove: 'removed', make: 'made', nothing: 'right' } as const

export function emptyUndoReport(): UndoReport {
  return { counts: [], kept: [], failed: [], open: 0 }
}

/** Counts what is done about one record, in place. */
export function countStep(report: UndoReport, object: string, { step, kept, settles }: UndoDecision): void {
  const { counts } = report
  report.open += settles.length
  if (step.kind === 'nothing' && kept) return
  let count = counts.find((each) => each.object === object)
  if (!count) counts.push((count = { object, restored: 0, removed: 0, made: 0, right: 0 }))
  count[DONE[step.kind]] += 1
}

/** Counts what is left of one record, in place. */
export function countKept({ kept: all }: UndoReport, object: string, decision: UndoDecision, because?: Kept): void {
  const { kept } = decision
  const reason = because ?? kept?.because
  if (reason !== undefined) add(all, object, reason, { ...nameOf(decision), fields: kept?.fields ?? [] })
}

/** Counts a record that the org or the database refused, in place. */
export function countFailed({ failed }: UndoReport, object: string, decision: UndoDecision, code: string): void {
  add(failed, object, code, { ...nameOf(decision), fields: [] })
}

/** Whether no record has to be changed. */
export function isNothing({ counts }: UndoReport): boolean {
  return counts.every(({ restored, removed, made }) => restored + removed + made === 0)
}

/** What a person looks for: the record's id where there is one, else what the ledger calls it. */
function nameOf({ lines: [line] }: UndoDecision): { id: string; key: string } {
  const { key = '', recordId = key } = line ?? {}
  return { id: recordId, key }
}

function add(rests: UndoRest[], object: string, because: string, sample: UndoRest['samples'][number]): void {
  let rest = rests.find((each) => each.object === object && each.because === because)
  if (!rest) rests.push((rest = { object, because, count: 0, samples: [] }))
  rest.count += 1
  if (rest.samples.length < SAMPLES) rest.samples.push(sample)
}
