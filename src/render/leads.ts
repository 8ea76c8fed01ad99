import type { LeadReport } from '../domain/lead-report.js'
import type { LeadEvent } from '../sync/create-leads.js'
import { count, plural } from './printable.js'

/** What is about to be made and what it costs, in a line for stderr. */
export function leadStage({ leads, calls }: LeadEvent): string {
  return `Leads    ${plural(leads, 'lead')} to make: ${plural(calls, 'API call')}`
}

/** What became of the people whom the org did not know, in a few lines; none when there were none. */
export function leadLines(report: LeadReport | undefined, dryRun: boolean): string[] {
  if (!report) return []
  const { created, found, parked, leftOut, failed } = report
  const out = Object.entries(leftOut).map(([why, people]) => `  ${count(people)} not made: ${why}`)
  const bad = Object.entries(failed).map(([code, group]) => failedLine(code, group))
  const parts = [
    `${plural(created, 'lead')} ${dryRun ? 'would be made' : 'made'}`,
    ...(found > 0 ? [`${count(found)} found at the second look`] : []),
    ...(parked > 0 ? [`${count(parked)} parked: a duplicate rule named others (mh-sf review list)`] : []),
  ]
  return [`Leads: ${parts.join(', ')}`, ...out, ...bad]
}

function failedLine(code: string, { count: leads, participants }: LeadReport['failed'][string]): string {
  const example = `for example participant ${participants[0] ?? ''}`
  return code === 'UNKNOWN_FATE'
    ? `  ${plural(leads, 'lead')} of which nobody knows whether they were made, ${example}:\n    the next run, in twenty minutes at the earliest, looks before it makes them`
    : `  ${plural(leads, 'lead')} refused by the org (${code}), ${example}`
}
