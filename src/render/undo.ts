import type { UndoCount, UndoRest } from '../domain/undo-report.js'
import type { UndoEvent, UndoResult } from '../sync/undo.js'
import { callsText } from './calls.js'
import { count, plural, printable } from './printable.js'
import { runStage } from './run-stage.js'
import { table } from './table.js'

/** A stage in a few lines, for stderr; undefined for what only a progress bar shows. */
export function undoStage(event: UndoEvent): string | undefined {
  switch (event.kind) {
    case 'run':
    case 'goes on':
    case 'unfinished':
    case 'left job':
      return runStage(event)
    case 'job':
      return `Writing  Bulk job ${event.id}: ${plural(event.rows, 'row')} of ${event.object}`
    case 'preview':
      return event.preview.report.open === 0 ? undefined : `Plan     ${planText(event.preview)}`
    case 'progress':
      return undefined
  }
}

function planText({ undone, report, planned }: UndoResult): string {
  const kept = report.kept.reduce((sum, rest) => sum + rest.count, 0)
  const lines = [
    ...report.counts.map(countText).filter((line) => line !== ''),
    ...(kept > 0
      ? [`${plural(kept, 'record')} kept: ${[...new Set(report.kept.map(({ because }) => because))].join('; ')}`]
      : []),
  ]
  const what = `undo ${undone.id} (${printable(undone.command)}): ${callsText(planned)}`
  return [what, ...lines].join(`\n${' '.repeat(9)}`)
}

function countText({ object, restored, removed, made }: UndoCount): string {
  const parts = [
    ...(restored > 0 ? [`${count(restored)} to be put back`] : []),
    ...(removed > 0 ? [`${count(removed)} to be removed`] : []),
    ...(made > 0 ? [`${count(made)} to be made again`] : []),
  ]
  return parts.length === 0 ? '' : `${object}: ${parts.join(', ')}`
}

/** The result for a person, in 80 columns. */
export function undoText(result: UndoResult): string {
  const { undone, dryRun, report } = result
  const { counts, kept, failed, open } = report
  const command = printable([undone.command, ...undone.arguments].join(' '))
  const rows = counts.map(({ object, restored, removed, made, right }) => [
    object,
    ...[restored, removed, made, right].map(count),
  ])
  return [
    `Undo of run ${undone.id}: ${command}`,
    ...(dryRun && open > 0 ? ['Dry run: nothing was undone.'] : []),
    ...(dryRun && open === 0 ? [nothingText(result)] : []),
    ...(rows.length === 0
      ? []
      : ['', table([['Object', 'Put back', 'Removed', 'Made again', 'Nothing to do'], ...rows], [22, 9, 8, 11])]),
    ...restText('Left as they are:', kept),
    ...restText('Failed:', failed),
    '',
    spentText(result),
  ].join('\n')
}

function spentText({ dryRun, report, planned, looked = 0, calls, milliseconds }: UndoResult): string {
  const time = `${(milliseconds / 1_000).toFixed(1)} s`
  const all = plural(calls, 'API call')
  if (!dryRun) return `${all} (planned: ${callsText(planned)}), and ${count(looked)} to plan it, ${time}`
  return `${report.open === 0 ? '' : `Undoing it takes ${callsText(planned)}.\n`}${all}, ${time}`
}

function nothingText({ undone }: UndoResult): string {
  const by = undone.undoneBy === undefined ? '' : ` Run ${undone.undoneBy} has undone it.`
  return `There is nothing to undo.${by}`
}

function restText(title: string, rests: readonly UndoRest[]): string[] {
  if (rests.length === 0) return []
  return ['', title, ...rests.flatMap(restLines)]
}

function restLines({ object, because, count: records, samples }: UndoRest): string[] {
  const named = samples.map(({ id, fields, by }) => {
    const what = fields.length > 0 ? `: ${fields.join(', ')}` : ''
    const whom = by === undefined ? '' : ` (by run ${by})`
    return printable(`    ${id}${what}${whom}`)
  })
  const more = records > samples.length ? [`    and ${count(records - samples.length)} more`] : []
  return [printable(`  ${count(records)} of ${object}: ${because}`), ...named, ...more]
}

/** The result for a program. Ids only. */
export function undoJson(result: UndoResult): object {
  const { runId, undone, dryRun, report, planned, looked, calls, milliseconds, stopped } = result
  const { counts, kept, failed } = report
  return {
    run: runId ?? null,
    undone: undone.id,
    dryRun,
    counts,
    kept,
    failed,
    planned,
    planning: looked ?? 0,
    calls,
    milliseconds: Math.round(milliseconds),
    stopped: stopped ? { code: stopped.code, message: stopped.message } : null,
  }
}
