import { eventLabel } from '../domain/event.js'
import type { ContactPushResult } from '../sync/contact-push.js'
import type { WriteBackReport } from '../sync/push-contacts.js'
import { callsText, spentText } from './calls.js'
import { count, plural, printable } from './printable.js'
import { waysText } from './write-plan.js'

/** The result for a person, in 80 columns. */
export function contactText(result: ContactPushResult): string {
  const { event, dryRun, people, report, planned, calls, milliseconds } = result
  return [
    `${printable(eventLabel(event))}: ${plural(people, 'person', 'people')}`,
    ...(dryRun ? ['Dry run: nothing was written.'] : []),
    ...(report ? contactLines(report, dryRun) : []),
    '',
    spentText(calls, planned, dryRun, milliseconds),
  ].join('\n')
}

/** What became of the Contacts, a line for each thing to know. */
export function contactLines(report: WriteBackReport, dryRun: boolean): string[] {
  const { contacts, updated, unchanged, optedOut, conflicts, fitted, failed, plan } = report
  const verb = dryRun ? 'would change' : 'updated'
  const bad = Object.entries(failed).map(
    ([code, rows]) => `  ${plural(rows.count, 'contact')} failed with ${code}, for example ${rows.contacts[0] ?? ''}`,
  )
  return [
    `Contacts: ${count(updated)} of ${count(contacts)} ${verb}, ${count(unchanged)} right already`,
    ...(dryRun && plan.rows > 0 ? [`  that would be ${callsText(plan)}${waysText([plan], ' '.repeat(2))}`] : []),
    ...(optedOut > 0 ? [`  ${plural(optedOut, 'contact')} skipped: opted out meanwhile`] : []),
    ...Object.entries(conflicts).map(
      ([field, n]) => `  ${printable(field)}: somebody edited ${plural(n, 'value')} of ours; left`,
    ),
    ...Object.entries(fitted).map(([field, n]) => `  ${printable(field)}: ${plural(n, 'value')} made to fit the field`),
    ...bad,
  ]
}

/** The result for a program. Ids only. */
export function contactJson(result: ContactPushResult): object {
  const { event, dryRun, people, report, planned, calls, milliseconds, stopped } = result
  const { id, name, slug, status } = event
  return {
    event: { id, name, slug, status },
    dryRun,
    people,
    contacts: report ?? null,
    planned,
    calls,
    milliseconds: Math.round(milliseconds),
    stopped: stopped ? { code: stopped.code, message: stopped.message } : null,
  }
}
