import type { SeasonRun } from './season.js'

const SHOWN = 200

/** One run for a person who reads: what it wrote, what it asked of the org, and whether all is as it ought to be. */
export function runText({ name, calls, differences, peakMegabytes, seconds }: SeasonRun): string {
  const written = calls.writes.map(({ what, rows }) => `${what}: ${rows}`).join(', ')
  const asked = calls.endpoints.map(({ endpoint, calls: count }) => `    ${String(count).padStart(4)}  ${endpoint}`)
  const wrong = differences.slice(0, SHOWN).map((line) => `    ${line}`)
  const more = differences.length > SHOWN ? [`    and ${differences.length - SHOWN} more`] : []
  return [
    `${name}: ${calls.made} API calls, the fewest possible are ${calls.floor}; ${seconds.toFixed(1)} s, ${peakMegabytes} MB`,
    `  rows written: ${written === '' ? 'none' : written}`,
    '  asked of the org:',
    ...asked,
    differences.length === 0
      ? '  every record of both systems is as it ought to be'
      : `  ${differences.length} differences:`,
    ...wrong,
    ...more,
  ].join('\n')
}
