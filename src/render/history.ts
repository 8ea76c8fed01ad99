import type { History, HistoryStep } from '../reports/history.js'
import { csv } from './csv.js'
import { participantLine } from './participant-line.js'
import { plural, printable } from './printable.js'
import { lineText } from './runs.js'
import { queuedText } from './queue.js'
import { LINE_COLUMNS, lineRows } from './spreadsheets.js'
import { clockText } from './times.js'

/** One participant's log, in 80 columns. The name is shown: it is who was asked for. */
export function historyText({ participant, steps, more, decision, queued }: History, now: Date): string {
  const changes = steps.reduce((sum, { lines }) => sum + lines.length, 0)
  return [
    participantLine(participant, participant.deleted ? 'deleted on the platform' : ''),
    changes === 0
      ? '  No change about them is kept.'
      : `  ${plural(changes, 'change')} in ${plural(steps.length, 'run')}, the latest first`,
    ...(decision
      ? [
          `  Decided ${clockText(decision.at)} by ${printable(decision.by)}: ${decision.recordId ?? 'nobody in Salesforce'}`,
        ]
      : []),
    ...(queued ? [`  Queue: ${queuedText(queued, now)}`] : []),
    ...steps.flatMap(stepLines),
    ...(more ? ['', 'Older changes are not shown; --limit shows more.'] : []),
  ].join('\n')
}

function stepLines({ runId, run, lines }: HistoryStep): string[] {
  const what = run
    ? `${clockText(run.startedAt)}  ${printable(run.command)}, by ${printable(run.user)} on ${printable(run.host)}`
    : 'A run that is not kept any more'
  return ['', what, `  run ${runId}`, ...lines.flatMap(lineText).map((line) => (line === '' ? '' : `  ${line}`))]
}

/** The same for a program. */
export function historyJson({ participant, steps, more, decision, queued }: History): object {
  const { id, deleted } = participant
  return {
    participant: { id, deleted },
    steps: steps.map(({ runId, run, lines }) => ({
      runId,
      command: run?.command ?? null,
      user: run?.user ?? null,
      startedAt: run?.startedAt ?? null,
      lines,
    })),
    more,
    decision: decision ? { recordId: decision.recordId ?? null, by: decision.by, at: decision.at } : null,
    queued: queued ?? null,
  }
}

/** The same for a spreadsheet, a row for each field of a change. */
export function historyCsv({ steps }: History): string {
  return csv(
    ['Run', 'Command', 'By', 'Time', ...LINE_COLUMNS],
    steps.flatMap(({ runId, run, lines }) =>
      lines.flatMap(lineRows).map((row) => [runId, run?.command, run?.user, run?.startedAt, ...row]),
    ),
  )
}
