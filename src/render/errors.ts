import type { FailureCause } from '../domain/failure-causes.js'
import { listed, plural, printable } from './printable.js'

/** People of one cause that are named on a screen; `--json` has all. */
const NAMED = 5

/** Failures by cause, in 80 columns. */
export function errorsText(causes: readonly FailureCause[], days: number): string {
  if (causes.length === 0) return `Nothing that went wrong in the last ${plural(days, 'day')} still stands.`
  return causes.flatMap((cause, at) => [...(at > 0 ? [''] : []), ...causeLines(cause)]).join('\n')
}

function causeLines({ code, object, changes, people, what, first, command, firstSeen, lastSeen, runId }: FailureCause) {
  const who = people.length > 0 ? `, ${plural(people.length, 'person', 'people')}` : ''
  const more = people.length > NAMED ? [`and ${people.length - NAMED} more`] : []
  return [
    `${printable(code)}: ${changes > 0 ? `${plural(changes, 'change')} of ` : ''}${printable(object)}${who}`,
    `  ${printable(what)}`,
    ...(people.length > 0 ? [`  people${listed([...people.slice(0, NAMED), ...more], ' '.repeat(4))}`] : []),
    `  first ${firstSeen.toISOString()}, last ${lastSeen.toISOString()}`,
    ...(runId === undefined ? [] : [`  in run ${runId}`]),
    ...(first === undefined ? [] : [`  first    ${printable(first)}`]),
    `  ${first === undefined ? 'fix ' : 'then'}     ${command}`,
  ]
}

export function errorsJson(causes: readonly FailureCause[]): object {
  return { causes }
}
