import { eventLabel } from '../domain/event.js'
import { coverage, TIER_NAMES, type ActivityDay, type EventFigures, type TierName } from '../domain/figures.js'
import { quantileOf } from '../domain/latency.js'
import type { Advice, ReportCause, WeeklyReport } from '../domain/weekly-report.js'
import { markdownCode, markdownTable, markdownText, wrapped } from './markdown.js'
import { count, percent, plural, printable } from './printable.js'
import { figuresOf, msText, notesOf, windowText } from './report-words.js'

/** Events that a report shows. */
const EVENTS_SHOWN = 10
/** Causes that a report shows; `mh-sf errors` has all that stand. */
export const CAUSES_SHOWN = 5

/** The latest events that anybody has registered for, and how many more there are: JSON and CSV have all. */
export function shownEvents(events: readonly EventFigures[]): { events: readonly EventFigures[]; more: number } {
  const known = events.filter(({ people }) => people.total > 0)
  return { events: known.slice(0, EVENTS_SHOWN), more: Math.max(0, known.length - EVENTS_SHOWN) }
}

/** What the report is about, in a line. */
export function reportSubject({ window }: WeeklyReport): string {
  return `Events and Salesforce, ${windowText(window)}`
}

/** The report in a few lines, for a chat: no tables. */
export function reportDigest(report: WeeklyReport): string {
  const figures = figuresOf(report).map(({ name, value, note }) => `${name}: ${value} (${note})`)
  return [...figures, '', ...adviceText(report.advice, printable, printable)].join('\n')
}

/** The report for a terminal or anything that reads Markdown. */
export function reportMarkdown(report: WeeklyReport): string {
  const { activity, figures, causes, nights, advice } = report
  return [
    `# ${reportSubject(report)}`,
    '',
    ...figuresOf(report).map(({ name, value, note }) => `- **${name}: ${value}**\n${wrapped(note, '  ')}`),
    '',
    '## Worth doing',
    '',
    ...adviceText(advice, markdownText, markdownCode),
    '',
    '## What went wrong',
    '',
    ...causesText(causes),
    '',
    '## Day by day',
    '',
    markdownTable(
      ['Day', 'Changes', 'Refused', 'Leads', 'Runs', 'API calls', 'Lookups', '95 %'],
      activity.days.map(dayRow),
    ),
    '',
    '## Events',
    '',
    ...eventsText(figures.events),
    '',
    '## Nights',
    '',
    nights.length === 0
      ? 'None ran.'
      : markdownTable(
          ['Night', 'Verdict'],
          nights.map(({ startedAt, verdict }) => [startedAt.toISOString().slice(0, 10), verdict]),
          [0, 1],
        ),
    '',
    ...notesOf(report).map((note) => wrapped(note)),
  ].join('\n')
}

function adviceText(
  advice: readonly Advice[],
  text: (why: string) => string,
  code: (command: string) => string,
): string[] {
  if (advice.length === 0) return ['Nothing.']
  return advice.map(({ why, first, command }, at) => {
    const before = first === undefined ? '' : ` First: ${first}.`
    return `${at + 1}. ${wrapped(text(why + before), '   ').trimStart()}\n   ${code(command)}`
  })
}

function causesText(causes: readonly ReportCause[]): string[] {
  if (causes.length === 0) return ['Nothing.']
  const more = causes.length - CAUSES_SHOWN
  return [...causes.slice(0, CAUSES_SHOWN).map(causeText), ...(more > 0 ? ['', `${plural(more, 'more cause')}.`] : [])]
}

function causeText({ code, object, what, changes, people, remedy }: ReportCause): string {
  const counts = [
    ...(changes > 0 ? [plural(changes, 'change')] : []),
    ...(people > 0 ? [plural(people, 'person', 'people')] : []),
  ]
  const told = counts.length > 0 ? `: ${counts.join(', ')}` : ''
  return [
    `- **${markdownText(code)}**, ${markdownText(object)}${told}`,
    wrapped(markdownText(what), '  '),
    ...(remedy ? [`  still stands: ${markdownCode(remedy.command)}`] : ['  mended since']),
  ].join('\n')
}

function dayRow({ day, changes, leads, runs, calls, lookups }: ActivityDay): string[] {
  const slow = quantileOf(lookups, 0.95)
  return [
    day,
    ...[changes.done, changes.refused, leads, runs, calls, lookups.count].map(count),
    slow === undefined ? '' : msText(slow),
  ]
}

function eventsText(events: readonly EventFigures[]): string[] {
  const { events: shown, more } = shownEvents(events)
  if (shown.length === 0) return ['None that anybody has registered for.']
  const label = (at: number) => `E${at + 1}`
  return [
    ...shown.map(({ event }, at) => `- ${label(at)}: ${markdownText(eventLabel(event))}`),
    ...(more > 0 ? [`- and ${plural(more, 'earlier event')}`] : []),
    '',
    markdownTable(
      ['Event', 'People', 'Known', 'Share', 'Members', 'Customers', 'Came'],
      shown.map(({ people, members, customers }, at) => [
        ...[label(at), count(people.total), count(people.synced), shareText(coverage(people)), count(members)],
        ...[count(customers.registered), count(customers.attended)],
      ]),
    ),
    '',
    'Who came, by tier:',
    '',
    markdownTable(
      ['Event', ...TIER_NAMES],
      shown.map(({ attendance }, at) => [label(at), ...TIER_NAMES.map((tier) => cameText(attendance, tier))]),
    ),
  ]
}

function shareText(share: number | undefined): string {
  return share === undefined ? '' : percent(share)
}

/** "12 of 20": who came of all in a tier; nothing where there is nobody. */
export function cameText(attendance: EventFigures['attendance'], wanted: TierName): string {
  const found = attendance.find(({ tier }) => tier === wanted)
  if (!found) return ''
  const { registered, attended, noShow } = found
  return `${count(attended)} of ${count(registered + attended + noShow)}`
}
