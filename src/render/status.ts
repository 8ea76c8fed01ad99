import type { EventFigures, RunningRun, StatusFigures } from '../domain/figures.js'
import { GOOD_VERDICTS } from '../domain/night.js'
import type { LineCount } from '../domain/run-line.js'
import { emphasised, oughtToBeNone } from './emphasis.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'
import { agoText, clockText, durationText } from './times.js'

/** Where the sync stands, in 80 columns. */
export function statusText(status: StatusFigures): string {
  const { at, people, events, lastSuccess } = status
  const rows = [
    ['People', `${count(people.total)}: ${count(people.synced)} synced, ${count(people.notFound)} not found,`],
    [
      '',
      [
        `${count(people.pending)} pending`,
        ...(people.leftAlone > 0 ? [`${count(people.leftAlone)} left alone`] : []),
        oughtToBeNone(plural(people.errors, 'error'), people.errors, 'wrong'),
        oughtToBeNone(`${count(people.parked)} parked`, people.parked, 'look'),
      ].join(', '),
    ],
    [
      'Success',
      lastSuccess ? `${agoText(lastSuccess.at, at)}: ${lastSuccess.command}, run ${lastSuccess.runId}` : NEVER,
    ],
    ...status.running.map((running) => ['Running', runningText(running, at)]),
    ['Failures', failuresText(status)],
    ['Queue', queueText(status)],
    ['Quota', quotaText(status)],
    ['Org', connectionText(status)],
    ['Night', nightText(status)],
  ]
  return [
    `Where the sync stands, ${clockText(at)}`,
    '',
    table(rows, [8]),
    ...(people.parked > 0 ? ['', 'Parked people wait for a decision: mh-sf review list'] : []),
    '',
    ...(events.length === 0 ? ['  There is no event yet.'] : [eventsTable(events)]),
  ].join('\n')
}

const NEVER = 'none yet: no run has come to its end'

/** Newest first, as the figures have them. */
function eventsTable(events: readonly EventFigures[]): string {
  const header = ['Event', 'People', 'Synced', 'Not\nfound', 'Pending', 'Errors', 'Parked', 'Members']
  const rows = events.map(({ event, people, members }) => [
    printable(event.slug ?? event.name),
    count(people.total),
    count(people.synced),
    count(people.notFound),
    count(people.pending),
    oughtToBeNone(count(people.errors), people.errors, 'wrong'),
    oughtToBeNone(count(people.parked), people.parked, 'look'),
    count(members),
  ])
  return table([header, ...rows], [18, 7, 7, 6, 7, 6, 6], [1, 2, 3, 4, 5, 6, 7])
}

function runningText({ run, counts }: RunningRun, now: Date): string {
  const lines = (state: LineCount['state']) =>
    counts.filter((each) => each.state === state).reduce((sum, each) => sum + each.lines, 0)
  const refused = lines('refused')
  return [
    `${printable(run.command)} by ${printable(run.user)}, since ${durationText(now.getTime() - run.startedAt.getTime())}`,
    `${plural(lines('done'), 'change')} made`,
    `${count(lines('sent'))} under way`,
    ...(refused > 0 ? [emphasised(`${count(refused)} refused`, 'wrong')] : []),
  ].join(', ')
}

function failuresText({ failures: { causes, changes, people, days } }: StatusFigures): string {
  if (causes === 0) return `none of the last ${plural(days, 'day')} stands`
  const parts = [
    ...(changes > 0 ? [plural(changes, 'change')] : []),
    ...(people > 0 ? [plural(people, 'person', 'people')] : []),
  ]
  const ofRuns = causes === 1 ? 'a run that did not end well' : 'runs that did not end well'
  const what = `${plural(causes, 'cause')}: ${parts.length > 0 ? parts.join(', ') : ofRuns}`
  return `${emphasised(what, 'wrong')}; mh-sf errors`
}

function queueText({ queue: { due, pausing, claimed, dead, oldest }, at }: StatusFigures): string {
  if (due + pausing + claimed + dead === 0) return 'nobody waits'
  const waiting = `${count(due)} due, ${count(pausing)} pausing, ${count(claimed)} in hand`
  const givenUp = dead === 0 ? [] : [emphasised(`${count(dead)} given up on`, 'wrong')]
  const since = oldest ? [`one waits for ${durationText(at.getTime() - oldest.getTime())}`] : []
  return [waiting, ...givenUp, ...since].join(', ')
}

function quotaText({ quota, at }: StatusFigures): string {
  if (!quota) return 'not known yet: mh-sf quota asks the org'
  const { used, max, ceiling, ours, asOf } = quota
  const share = `${count(used)} of ${plural(max, 'API call')} (${Math.round((used / Math.max(1, max)) * 100)} %)`
  const told = used > ceiling ? emphasised(share, 'wrong') : share
  return `${told}, ${count(ours)} ours; ${agoText(asOf, at)}`
}

function connectionText({ connection, at }: StatusFigures): string {
  const { state, lastAnswerAt, lastFailureAt, code, failuresInRow } = connection
  if (state === 'not known') return 'nobody has asked it yet: mh-sf auth status'
  const answered = lastAnswerAt ? `answered ${agoText(lastAnswerAt, at)}` : 'has not answered yet'
  if (state === 'answering' || !lastFailureAt) return emphasised(answered, 'fine')
  const failing = `failed ${agoText(lastFailureAt, at)}, ${plural(failuresInRow, 'time')} in a row: ${code ?? ''}`
  return `${emphasised(failing, 'wrong')}; ${answered}`
}

function nightText({ nights: { last, lastGoodAt, next }, at }: StatusFigures): string {
  if (!last || !next) return 'none yet: mh-sf nightly schedule'
  const isGood = GOOD_VERDICTS.includes(last.verdict)
  const verdict = emphasised(last.verdict, isGood ? 'fine' : 'wrong')
  const good = isGood || !lastGoodAt ? [] : [`the last good one ${agoText(lastGoodAt, at)}`]
  const due = next < at ? emphasised(`was due ${agoText(next, at)}`, 'wrong') : `next about ${clockText(next)}`
  return [`${agoText(last.startedAt, at)}: ${verdict}`, ...good, due].join('; ')
}

/** The same for a program. */
export function statusJson({ running, ...status }: StatusFigures): object {
  return {
    ...status,
    running: running.map(({ run: { id, command, user, host, startedAt }, counts }) => ({
      id,
      command,
      user,
      host,
      startedAt,
      counts,
    })),
  }
}
