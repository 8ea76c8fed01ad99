import type { RunInFull, ShownRun } from '../domain/shown-run.js'
import type { LineCount, LineValues, RunLine } from '../domain/run-line.js'
import { callsText, kindsText } from './calls.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** Runs in 80 columns, the latest first. */
export function runsText(runs: readonly ShownRun[]): string {
  if (runs.length === 0) return 'No run has written anything yet. Dry runs are not kept.'
  const rows = runs.map((run) => [run.id, run.command, `${run.user}@${run.host}`, stateOf(run)])
  return table([['Run', 'Command', 'By', 'State'], ...rows.map((row) => row.map(printable))], [23, 18, 16])
}

/** One run in 80 columns: who and when, what it changed, and some of the changes. */
export function runText({ run, counts, lines, parts }: RunInFull): string {
  const { id, user, host, pid, version, partOf, startedAt, endedAt, planned, spent, jobs, followedBy, undoneBy } = run
  const ended = endedAt ? `, ended ${endedAt.toISOString()}` : ''
  return [
    `Run ${id}: ${printable([run.command, ...run.arguments].join(' '))}`,
    `  By       ${printable(user)} on ${printable(host)}, process ${pid}, mh-sf ${version}`,
    `  When     ${startedAt.toISOString()}${ended}`,
    ...(partOf === undefined ? [] : [`  Part     of run ${partOf}`]),
    `  State    ${stateOf(run)}`,
    ...(planned ? [`  Planned  ${callsText(planned)}: ${kindsText(planned)}`] : []),
    ...(spent === undefined ? [] : [`  Spent    ${plural(spent, 'API call')}`]),
    ...(followedBy === undefined ? [] : [`  Resumed  by run ${followedBy}`]),
    ...(undoneBy === undefined ? [] : [`  Undone   by run ${undoneBy}`]),
    ...parts.map((part) => `  Step     ${part.id}: ${part.command}, ${stateOf(part)}`),
    ...jobs.map(
      (job) =>
        `  Bulk job ${job.id}: ${plural(job.rows, 'row')} of ${job.object}, ${job.ended ?? 'not seen to its end'}`,
    ),
    '',
    ...(counts.length === 0
      ? [`  Nothing was changed${parts.length > 0 ? ' but by its steps' : ''}.`]
      : [table(counts.map(countRow), [10])]),
    ...lines.flatMap(lineText),
  ].join('\n')
}

export function runsJson(runs: readonly ShownRun[]): object {
  return { runs }
}

export function runJson({ run, counts, lines, parts }: RunInFull): object {
  return { ...run, counts, lines, parts }
}

function stateOf({ state, code, died, followedBy, undoneBy }: ShownRun): string {
  if (undoneBy !== undefined) return `${died ? 'died' : state}; undone`
  if (died) return followedBy === undefined ? 'died; resume it' : 'died, then resumed'
  return [
    state,
    ...(code === undefined ? [] : [`: ${code}`]),
    ...(followedBy === undefined ? [] : [', then resumed']),
  ].join('')
}

function countRow({ object, action, state, code, lines }: LineCount): string[] {
  const told = { done: DONE[action], sent: `${action} sent, fate not noted`, refused: `${action} refused` }[state]
  return [count(lines), `${object} ${told}${code === undefined ? '' : ` (${code})`}`]
}

const DONE = { insert: 'made', update: 'changed', delete: 'removed' } as const

/** One change with its fields, after an empty line. */
export function lineText({
  object,
  action,
  key,
  recordId,
  state,
  code,
  before = {},
  after = {},
  consent,
}: RunLine): string[] {
  const what = `${object} ${recordId ?? key}`
  const how = state === 'done' ? DONE[action] : `${action} ${state}${code === undefined ? '' : ` (${code})`}`
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const agreed = consent
    ? [printable(`  agreed: ${consent.source}${consent.at ? `, ${consent.at.toISOString()}` : ''}`)]
    : []
  return ['', printable(`${what}: ${how}`), ...fields.map((field) => `  ${fieldText(field, before, after)}`), ...agreed]
}

function fieldText(field: string, before: LineValues, after: LineValues): string {
  if (!(field in before)) return printable(`${field}: ${shown(after[field])}`)
  return printable(`${field}: ${shown(before[field])} became ${field in after ? shown(after[field]) : 'nothing'}`)
}

function shown(value: LineValues[string] | undefined): string {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(value)
}
