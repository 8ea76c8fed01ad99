import { eventLabel, type EventSummary } from '../domain/event.js'
import type { MhError } from '../errors.js'
import type { ContractPlan } from '../sync/campaign-contract.js'
import type { EventOutcome, SyncEvent, SyncResult } from '../sync/campaign-sync.js'
import type { PushReport } from '../sync/push-report.js'
import { callsText, spentText } from './calls.js'
import { contactLines } from './contact-push.js'
import { errorJson, errorLines } from './error.js'
import { leadLines, leadStage } from './leads.js'
import { count, listed, plural, printable } from './printable.js'
import { runStage } from './run-stage.js'
import { table } from './table.js'
import { waysText } from './write-plan.js'

/** A stage in a line or two, for stderr; undefined for what only a progress bar shows. */
export function syncStage(event: SyncEvent): string | undefined {
  switch (event.kind) {
    case 'run':
    case 'goes on':
    case 'unfinished':
    case 'left job':
      return runStage(event)
    case 'events': {
      const names = event.events.map((each) => `\n         ${printable(eventLabel(each))}`).join('')
      const guessed = event.guessed ? ', the only match' : ''
      return `Events   ${plural(event.events.length, 'event')}${guessed}${names}`
    }
    case 'planned': {
      const left = event.allowance
        ? `\n         ${count(event.allowance.max - event.allowance.used)} of ${count(event.allowance.max)} calls are left today`
        : ''
      return `People   ${plural(event.people, 'person', 'people')} to match: ${callsText(event.plan)}${left}`
    }
    case 'contract':
      return contractStage(event.event, event.plan)
    case 'bulk':
      return `Sending  with Bulk jobs: ${callsText(event.owed)}`
    case 'members':
      return `Plan     ${printable(eventLabel(event.event))}\n         ${pushText(event.planned)}: ${callsText(event.sending)}${waysText(event.sending.writes)}`
    case 'job':
      return `Writing  Bulk job ${event.id}: ${plural(event.rows, 'row')} of ${event.object}`
    case 'left out':
      return `Note     left out, because the org or this user's rights lack them:${listed(event.fields, ' '.repeat(9))}`
    case 'exported':
      return `Reading  ${count(event.rows)} ${event.object.toLowerCase()} rows`
    case 'leads':
      return leadStage(event)
    case 'progress':
      return undefined
  }
}

function contractStage(event: EventSummary, plan: ContractPlan): string | undefined {
  const lines = [...contractLines(plan), ...plan.notes.map(printable)]
  if (lines.length === 0) return undefined
  const cost = plan.calls === 0 ? '' : `: ${plural(plan.calls, 'API call')}`
  return `Campaign ${printable(eventLabel(event))}${cost}${lines.map((line) => `\n         ${line}`).join('')}`
}

/** What is owed to a Campaign, a line each. */
export function contractLines({ campaign, changes, statuses }: ContractPlan): string[] {
  const made = statuses.create.map(
    ({ label, hasResponded }) => `status "${label}"${hasResponded ? ', a response' : ''}`,
  )
  if (!campaign) return ['to be made, with three statuses for members']
  return [
    ...changes.map(({ field, before, after }) => `${field}: ${shown(before)} becomes ${shown(after)}`),
    ...made.map((line) => `${line}: to be made`),
    ...statuses.change.map(({ rung }) => `status "${statuses.labels[rung]}": order or response to be put right`),
  ]
}

/** The result for a person, in 80 columns: the sum first, then a table with a line for each event. */
export function syncText(result: SyncResult): string {
  const { events, dryRun } = result
  const total = sumOf(events.flatMap(({ members }) => members ?? []))
  const failed = events.filter(({ error }) => error && error.code !== 'SF_JOB_RUNNING').length
  const head = `${plural(events.length, 'event')}, ${plural(result.people.people, 'person', 'people')}: ${pushText(total)}${failed > 0 ? `; ${plural(failed, 'event')} failed` : ''}`
  return [
    head,
    ...(dryRun ? ['Dry run: nothing was written.'] : []),
    ...blankBefore(eventTable(events)),
    ...events.flatMap((each) => eventNotes(each, result.stopped)),
    ...blankBefore(leadLines(result.leads, dryRun)),
    ...(dryRun && result.leads?.created ? ['  then members of their events too: not counted above'] : []),
    ...contactsText(result),
    '',
    spentText(result.calls, result.planned, dryRun, result.milliseconds),
  ].join('\n')
}

function eventTable(events: readonly EventOutcome[]): string[] {
  if (events.length === 0) return []
  const head = ['Event', 'Added', 'Changed', 'Removed', 'Right', 'Left out, failed']
  return [table([head, ...events.map(eventRow)], [30, 7, 7, 7, 7])]
}

/** The result for a program. Ids only: no names of people, no addresses. */
export function syncJson(result: SyncResult): object {
  const { runId, events, contacts, dryRun, people, leads, missing, planned, calls, milliseconds, stopped } = result
  return {
    run: runId ?? null,
    dryRun,
    people: people.people,
    outcomes: people.outcomes,
    leads: leads ?? null,
    events: events.map(eventJson),
    contacts: contacts ? ('report' in contacts ? contacts.report : { error: errorJson(contacts.error).error }) : null,
    missing,
    planned,
    calls,
    milliseconds: Math.round(milliseconds),
    stopped: stopped ? { code: stopped.code, message: stopped.message } : null,
  }
}

function eventJson({ event, contract, campaignId, members, sending, leftOut, error }: EventOutcome): object {
  const { id, name, slug, status } = event
  return {
    event: { id, name, slug, status },
    campaign: contract ? contractJson(contract, campaignId) : null,
    members: members ?? null,
    sending: sending ?? null,
    leftOut,
    error: error ? { code: error.code, message: error.message } : null,
  }
}

/** A Campaign and what is owed to it, or was done, for a program. */
export function contractJson(plan: ContractPlan, campaignId = plan.campaign?.id): object {
  const { campaign, by, changes, statuses, notes } = plan
  return {
    id: campaignId ?? null,
    created: campaign === undefined,
    foundBy: by ?? null,
    people: campaign?.people ?? 0,
    changes,
    statusesCreated: statuses.create.map(({ label }) => label),
    statusesChanged: statuses.change.map(({ rung }) => statuses.labels[rung]),
    notes,
  }
}

function eventRow({ event, members, leftOut, error }: EventOutcome): string[] {
  const label = printable(eventLabel(event))
  if (!members) return [label, '-', '-', '-', '-', 'failed, see below']
  const { inserted, updated, removed, unchanged } = members
  const out = Object.entries(leftOut).map(([why, people]) => `${count(people)} ${why}`)
  const bad = Object.entries(members.failed).map(([code, rows]) => `${count(rows.count)} ${code}`)
  const on = members.running > 0 ? [`${count(members.running)} still running`] : []
  const ended = error ? [members.running > 0 ? 'see below' : 'then failed, see below'] : []
  return [label, ...[inserted, updated, removed, unchanged].map(count), [...out, ...on, ...bad, ...ended].join(', ')]
}

/** What a table cannot hold: why members were left alone, drift, and what failed with its remedy. */
function eventNotes({ event, members, error, contract }: EventOutcome, stopped: MhError | undefined): string[] {
  const held = Object.entries(members?.held ?? {}).map(
    ([why, people]) => `${plural(people, 'member')} left alone: ${why}`,
  )
  const optedOut = members?.optedOut ?? 0
  const skipped = optedOut > 0 ? [`${plural(optedOut, 'person', 'people')} skipped: opted out meanwhile`] : []
  const lines = [...(contract?.notes ?? []), ...held, ...skipped].map((line) => `  ${printable(line)}`)
  // What stopped the whole run is told once, after everything.
  const failures = error && error !== stopped ? errorLines(error).map((line) => `  ${line}`) : []
  return lines.length + failures.length === 0 ? [] : ['', `${printable(eventLabel(event))}:`, ...lines, ...failures]
}

function blankBefore(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

function contactsText({ contacts, dryRun }: SyncResult): string[] {
  if (!contacts) return []
  return blankBefore('report' in contacts ? contactLines(contacts.report, dryRun) : errorLines(contacts.error))
}

function pushText({ inserted, updated, removed, unchanged, optedOut, running, failed }: PushReport): string {
  const bad = Object.values(failed).reduce((sum, group) => sum + group.count, 0)
  const parts = [
    `${count(inserted)} added`,
    `${count(updated)} changed`,
    ...(removed > 0 ? [`${count(removed)} removed`] : []),
    `${count(unchanged)} right already`,
    ...(optedOut > 0 ? [`${count(optedOut)} skipped`] : []),
    ...(running > 0 ? [`${count(running)} still running`] : []),
    ...(bad > 0 ? [`${count(bad)} failed`] : []),
  ]
  return parts.join(', ')
}

function sumOf(reports: readonly PushReport[]): PushReport {
  const nothing = { inserted: 0, updated: 0, removed: 0, unchanged: 0, optedOut: 0, running: 0 }
  const sum: PushReport = { ...nothing, held: {}, failed: {} }
  for (const { inserted, updated, removed, unchanged, optedOut, running, failed } of reports) {
    sum.optedOut += optedOut
    sum.inserted += inserted
    sum.updated += updated
    sum.removed += removed
    sum.unchanged += unchanged
    sum.running += running
    for (const [code, { count: rows, participants }] of Object.entries(failed)) {
      const group = (sum.failed[code] ??= { count: 0, participants })
      group.count += rows
    }
  }
  return sum
}

function shown(value: string | boolean | undefined): string {
  return value === undefined ? 'nothing' : typeof value === 'boolean' ? String(value) : `"${printable(value)}"`
}
