import { coverage, TIER_NAMES, type EventFigures, type TierName } from '../domain/figures.js'
import type { FailureCause } from '../domain/failure-causes.js'
import type { RunLine } from '../domain/run-line.js'
import type { RunInFull, ShownRun } from '../domain/shown-run.js'
import type { PlannedContract } from '../sync/campaign-contract.js'
import { driftOf } from './campaigns.js'
import { csv, type CsvCell } from './csv.js'

/** Failures, a row for each cause. */
export function errorsCsv(causes: readonly FailureCause[]): string {
  return csv(
    ['Code', 'Object', 'Changes', 'People', 'What', 'First seen', 'Last seen', 'Run', 'Do first', 'Command'],
    causes.map(({ code, object, changes, people, what, firstSeen, lastSeen, runId, first, command }) => [
      ...[code, object, changes, people.length, what, firstSeen, lastSeen, runId, first, command],
    ]),
  )
}

/** Runs, a row for each. */
export function runsCsv(runs: readonly ShownRun[]): string {
  return csv(
    [
      'Run',
      'Command',
      'Arguments',
      'User',
      'Host',
      'Began',
      'Ended',
      'State',
      'Died',
      'Code',
      'API calls',
      'Undone by',
    ],
    runs.map(
      ({ id, command, arguments: typed, user, host, startedAt, endedAt, state, died, code, spent, undoneBy }) => [
        ...[id, command, typed.join(' '), user, host, startedAt, endedAt, state, died, code, spent, undoneBy],
      ],
    ),
  )
}

/** What a run changed, a row for each field: a change without fields has one row. */
export function linesCsv({ lines }: RunInFull): string {
  return csv(
    [...LINE_COLUMNS, 'Participants'],
    lines.flatMap((line) => lineRows(line).map((row) => [...row, line.participantIds.join(' ')])),
  )
}

/** What `lineRows` yields. */
export const LINE_COLUMNS = ['Object', 'Record', 'Action', 'State', 'Code', 'Field', 'Before', 'After'] as const

/** One change, a row for each of its fields; one where it has none. */
export function lineRows({ object, recordId, key, action, state, code, before, after }: RunLine): CsvCell[][] {
  const told = [object, recordId ?? key, action, state, code]
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  if (fields.length === 0) return [[...told, undefined, undefined, undefined]]
  return fields.map((field) => [...told, field, before?.[field] ?? undefined, after?.[field] ?? undefined])
}

/** Events with their Campaigns, a row for each event. */
export function campaignsCsv(all: readonly PlannedContract[]): string {
  return csv(
    ['Event', 'Slug', 'Status', 'Campaign', 'Members', 'Differences', 'Error'],
    all.map((each) => {
      const { name, slug, status } = each.event
      if ('error' in each) return [name, slug, status, undefined, undefined, undefined, each.error.code]
      const { campaign } = each.plan
      return [name, slug, status, campaign?.id, campaign?.people, campaign && driftOf(each.plan)]
    }),
  )
}

/** Events in figures, a row for each. The last columns are those who came, by tier. */
export function eventsCsv(events: readonly EventFigures[]): string {
  const states = ['People', 'Synced', 'Not found', 'Pending', 'Left alone', 'Errors', 'Parked']
  const figures = [...states, 'Coverage', 'Campaign', 'Members']
  return csv(
    [
      'Event',
      'Slug',
      'Status',
      'Begins',
      ...figures,
      'Customers',
      'Customers came',
      ...TIER_NAMES.map((tier) => `Came: ${tier}`),
    ],
    events.map(({ event, people, customers, members, attendance, campaignId }) => {
      const { total, synced, notFound, pending, leftAlone, errors, parked } = people
      const came = (wanted: TierName) => attendance.find(({ tier }) => tier === wanted)?.attended ?? 0
      return [
        ...[event.name, event.slug, event.status, event.startDate?.toISOString().slice(0, 10)],
        ...[total, synced, notFound, pending, leftAlone, errors, parked, coverage(people), campaignId, members],
        ...[customers.registered, customers.attended, ...TIER_NAMES.map(came)],
      ]
    }),
  )
}
