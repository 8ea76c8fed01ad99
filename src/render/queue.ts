import { PRIORITIES, type QueueEntry, type QueueStats } from '../domain/queue.js'
import { remedyOf } from '../domain/remedies.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'
import { agoText, durationText } from './times.js'

/** Entries in 80 columns, by the participants' ids. */
export function queueText({ entries, total }: { entries: readonly QueueEntry[]; total: number }): string {
  if (total === 0) return 'Nobody waits.'
  const rows = entries.map((each) => [each.participantId, each.priority, String(each.attempts), stateOf(each)])
  const more = total > entries.length ? [`\n${count(total - entries.length)} more; --limit shows them.`] : []
  return [table([['Participant', 'Why', 'Tries', 'State'], ...rows], [24, 8, 5]), ...more].join('\n')
}

function stateOf({ state, reason, notBefore, claimedBy }: QueueEntry): string {
  const why = reason === undefined ? '' : ` (${printable(reason)})`
  if (state === 'dead') return `given up on${why}`
  if (claimedBy !== undefined) return `with a worker until ${notBefore.toISOString().slice(0, 19)}Z`
  return `from ${notBefore.toISOString().slice(0, 19)}Z${why}`
}

export function queueJson({ entries, total }: { entries: readonly QueueEntry[]; total: number }): object {
  return { entries, total }
}

/** How one person waits, in a few words. */
export function queuedText(entry: QueueEntry, now: Date): string {
  const { requestedAt, attempts } = entry
  const tried = attempts > 0 ? `, tried ${plural(attempts, 'time')}` : ''
  return `asked for ${agoText(requestedAt, now)}${tried}; ${stateOf(entry)}`
}

/** Where the queue stands, in 80 columns. */
export function statsText(stats: QueueStats, now: Date): string {
  const { due, pausing, claimed, dead, byPriority, reasons, oldest } = stats
  const rows = [
    ['Due', count(due)],
    ['Pausing', `${count(pausing)}, after a failure or until sign-up has tried`],
    ['In hand', `${count(claimed)}, with a worker`],
    ['Dead', dead > 0 ? `${count(dead)}, given up on: mh-sf queue list --dead` : '0'],
    ['Why', PRIORITIES.map((each) => `${count(byPriority[each])} ${each}`).join(', ')],
    ...(oldest ? [['Oldest', `waits for ${durationText(now.getTime() - oldest.getTime())}`]] : []),
  ]
  const failed = Object.entries(reasons).sort(([, one], [, other]) => other - one)
  return [
    table(rows, [8]),
    ...failed.flatMap(([code, people]) => [
      '',
      `${printable(code)}: ${plural(people, 'person', 'people')}`,
      `  ${remedyOf(code).what}`,
    ]),
    ...(failed.length > 0 ? ['', 'To try them again: mh-sf queue retry'] : []),
  ].join('\n')
}

/** How many were moved, or would be. */
export function movedText(people: number, what: string, dryRun: boolean): string {
  const who = plural(people, 'person', 'people')
  if (dryRun) return `${who} would be ${what}. Nothing was written.`
  return `${who} ${people === 1 ? 'is' : 'are'} ${what}.`
}

/** Who was taken out of the queue, or would be, and that others stay. */
export function droppedText({ people, claimed }: { people: number; claimed: number }, dryRun: boolean): string {
  const moved = movedText(people, 'taken out of the queue', dryRun)
  if (claimed === 0) return moved
  return `${moved}\n${count(claimed)} more ${claimed === 1 ? 'is with a worker and stays' : 'are with a worker and stay'}.`
}
