import { failedRows, updatedRows, type BackfillSummary } from '../domain/backfill-summary.js'
import type { Outcome } from '../domain/decision.js'
import { eventLabel, type EventSummary } from '../domain/event.js'
import type { ReadPlan } from '../domain/read-plan.js'
import type { BackfillEvent, BackfillResult } from '../sync/backfill.js'
import { callsText, spentText } from './calls.js'
import { leadLines, leadStage } from './leads.js'
import { count, listed, plural, printable } from './printable.js'
import { runStage } from './run-stage.js'
import { table } from './table.js'

/** Parked people shown on a screen; `--json` has up to a thousand. */
const PARKED_SHOWN = 10

const OUTCOMES: [Outcome, string][] = [
  ['contact', 'Contact'],
  ['lead', 'Lead'],
  ['not_found', 'Not in Salesforce'],
  ['parked', 'Parked for you'],
  ['malformed', 'Parked: bad address'],
  ['opted_out', 'Opted out: not asked for'],
]

/** A stage in a line or two, for stderr; undefined for what only a progress bar shows. */
export function backfillStage(event: BackfillEvent): string | undefined {
  switch (event.kind) {
    case 'run':
    case 'goes on':
    case 'unfinished':
    case 'left job':
      return runStage(event)
    case 'event':
      return `Event    ${printable(eventLabel(event.event))}${event.guessed ? ', the only match' : ''}`
    case 'planned':
      return `Plan     ${plural(event.people, 'person', 'people')} ${planText(event.plan)}${allowanceText(event.allowance)}`
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

/** What the plan costs, and on a second line why this way. */
function planText(plan: ReadPlan): string {
  const way = plan.way === 'composite' ? 'by IN lists in /composite' : 'by a Bulk export joined here'
  return `${way}: ${callsText(plan)}, about ${plan.seconds} s\n         because ${plan.because}`
}

/** The result for a person, in 80 columns. */
export function backfillText(result: BackfillResult): string {
  const { summary, event, dryRun } = result
  const title = event ? printable(eventLabel(event)) : 'All participants'
  const head = `${title}: ${plural(summary.people, 'person', 'people')}`
  return [
    head,
    ...(dryRun ? ['Dry run: nothing was written.'] : []),
    '',
    outcomeTable(result),
    ...notes(result),
    ...leadLines(result.leads, dryRun).map((line) => `  ${line}`),
    ...parkedLines(summary),
    '',
    costLine(result),
  ].join('\n')
}

/** The result for a program. Ids only: no names, no addresses. */
export function backfillJson(result: BackfillResult): object {
  const { runId, event, summary, stopped, plan, planned, calls, milliseconds, dryRun, deleted } = result
  return {
    run: runId ?? null,
    event: event ? eventJson(event) : null,
    dryRun,
    people: summary.people,
    deleted,
    outcomes: summary.outcomes,
    rules: summary.rules,
    ...(dryRun ? { wouldUpdate: updatedRows(summary), updated: 0 } : { updated: updatedRows(summary) }),
    missing: result.missing,
    unchanged: unchangedRows(summary),
    touched: summary.touched,
    moved: summary.moved,
    unreadable: summary.unreadable,
    failed: summary.failed,
    parked: summary.parked,
    leads: result.leads ?? null,
    plan,
    planned,
    calls,
    milliseconds: Math.round(milliseconds),
    stopped: stopped ? { code: stopped.code, message: stopped.message } : null,
  }
}

function eventJson({ id, name, slug, status }: EventSummary): object {
  return { id, name, slug, status }
}

function outcomeTable({ summary, dryRun }: BackfillResult): string {
  const rows = OUTCOMES.filter(([outcome]) => summary.outcomes[outcome] > 0).map(([outcome, label]) => {
    const people = summary.outcomes[outcome]
    const changed = summary.updated[outcome]
    const verb = dryRun ? 'would change' : 'updated'
    const told =
      changed === 0
        ? 'unchanged'
        : `${count(changed)} ${verb}${changed < people ? `, ${count(people - changed)} unchanged` : ''}`
    return [label, count(people), told + rulesOf(outcome, summary)]
  })
  return rows.length === 0 ? '  nobody' : table(rows, [20, 8])
}

function rulesOf(outcome: Outcome, { rules }: BackfillSummary): string {
  if (outcome !== 'contact' && outcome !== 'lead') return ''
  const found = rules[outcome]
  const special: [number | undefined, string][] = [
    [found.decision, 'decided by a person'],
    [found.link, 'by an earlier link'],
    [found['primary contact'], 'primary of several'],
    [found['converted lead'], 'by a converted lead'],
  ]
  const told = special.filter(([people]) => people !== undefined).map(([people, how]) => `${count(people ?? 0)} ${how}`)
  return told.length === 0 ? '' : `; ${told.join(', ')}`
}

function notes({ summary, deleted }: BackfillResult): string[] {
  const failures = Object.entries(summary.failed).map(
    ([code, { count: rows, participants }]) =>
      `  ${plural(rows, 'write')} failed in MongoDB with code ${code}, for example participant ${participants[0] ?? ''}`,
  )
  const odd = plural(summary.unreadable, 'document')
  return [
    ...(summary.unreadable > 0 ? [`  ${odd} whose _id is not an ObjectId: left alone`] : []),
    ...(deleted > 0 ? [`  ${plural(deleted, 'person', 'people')} soft-deleted on the platform: left alone`] : []),
    ...(summary.moved > 0 ? [`  ${count(summary.moved)} changed meanwhile: the next run takes them`] : []),
    ...failures,
  ]
}

function parkedLines({ parked, outcomes }: BackfillSummary): string[] {
  if (parked.length === 0) return []
  const shown = parked.slice(0, PARKED_SHOWN).map(({ participantId, why, candidates }) => {
    return [participantId, [printable(why), ...candidates].join('\n')]
  })
  const more = outcomes.parked + outcomes.malformed - shown.length
  const rest = more > 0 ? [`  … and ${count(more)} more (--json lists them)`] : []
  return ['', 'Parked, left for you to decide:', table(shown, [24]), ...rest]
}

function costLine({ summary, planned, leads, calls, milliseconds, dryRun }: BackfillResult): string {
  const spent = spentText(calls, planned, dryRun && leads !== undefined, milliseconds)
  const people = `${count(updatedRows(summary))} ${dryRun ? 'would change' : 'updated'}, ${count(unchangedRows(summary))} unchanged`
  return `${people}${dryRun ? '' : `, ${count(failedRows(summary))} failed`}\n${spent}`
}

function unchangedRows(summary: BackfillSummary): number {
  return summary.people - Object.values(summary.updated).reduce((sum, n) => sum + n, 0)
}

function allowanceText(allowance: { used: number; max: number } | undefined): string {
  return allowance
    ? `\n         ${count(allowance.max - allowance.used)} of ${count(allowance.max)} calls are left today`
    : ''
}
