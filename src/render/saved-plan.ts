import { rowsOf, type SavedPlan } from '../domain/saved-plan.js'
import { callsText } from './calls.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** What a plan holds and costs, in 80 columns. */
export function planText(file: string, { scope, changes, calls, jobs, check, allowance }: SavedPlan): string {
  const rows = Object.entries(rowsOf(changes)).map(([kind, rows]) => [count(rows), kind])
  const events = plural(Object.keys(scope.campaigns).length, 'event')
  const left = allowance
    ? [`  ${count(allowance.max - allowance.used)} of ${count(allowance.max)} calls are left today`]
    : []
  return [
    `${plural(changes.length, 'change')} to ${events} owed; written to ${printable(file)}`,
    ...(rows.length > 0 ? ['', table(rows, [10])] : []),
    '',
    `  ${callsText(calls)} to apply it${jobs > 0 ? `, ${plural(jobs, 'Bulk job')}` : ''}; about ${count(check)} before, to see that it still holds`,
    ...left,
    `  mh-sf apply ${printable(file)} does exactly this, or refuses`,
  ].join('\n')
}

/** The same for a program; the changes are in the file. */
export function planJson(file: string, { scope, changes, calls, jobs, check, allowance, madeAt }: SavedPlan): object {
  return {
    file,
    madeAt,
    scope,
    changes: changes.length,
    rows: rowsOf(changes),
    calls,
    jobs,
    check,
    allowance: allowance ?? null,
  }
}
