import type { CallKind, CallRange, PlannedCalls } from '../domain/planned-calls.js'
import { count, plural } from './printable.js'

/** What a plan costs in calls. */
export function callsText({ calls, atMost }: CallRange): string {
  return atMost > calls ? `${count(calls)} to ${count(atMost)} API calls` : plural(calls, 'API call')
}

/** What was spent beside what was planned; of a dry run what a run of it would take. */
export function spentText(spent: number, planned: CallRange, dryRun: boolean, milliseconds: number): string {
  const beside = dryRun ? `, and a run of it ${callsText(planned)}` : ` (planned: ${callsText(planned)})`
  return `${plural(spent, 'API call')}${beside}, ${(milliseconds / 1_000).toFixed(1)} s`
}

const SHOWN: Record<CallKind, string> = {
  describe: 'to describe',
  read: 'to read',
  write: 'to write',
  jobs: 'by Bulk jobs',
}

/** A plan by kind: "1 to read, 2 to 3 to write". */
export function kindsText({ kinds }: PlannedCalls): string {
  const all = Object.entries(kinds) as [CallKind, CallRange][]
  const told = all.map(([kind, { calls, atMost }]) => {
    const range = atMost > calls ? `${count(calls)}-${count(atMost)}` : count(calls)
    return `${range} ${SHOWN[kind]}`
  })
  return told.join(', ')
}
