import type { ClockAnswer, EndpointAnswer, FaultAnswer, StatisticsAnswer } from '../playground/control/answers.js'
import type { PlaygroundState } from '../playground/launch.js'
import { count, plural } from '../render/printable.js'
import { table } from '../render/table.js'
import { controlUrl, playgroundJson } from './playground.js'
import type { Control } from './playground-control.js'
import { faultsText } from './playground-fault.js'

/** What a playground says of itself. */
export interface PlaygroundStatus {
  state: PlaygroundState
  clock: ClockAnswer
  statistics: StatisticsAnswer
  faults: FaultAnswer[]
}

export async function readStatus({ state, get }: Control): Promise<PlaygroundStatus> {
  const [clock, statistics, faults] = await Promise.all([get('/clock'), get('/statistics'), get('/faults')])
  return {
    state,
    clock: clock as ClockAnswer,
    statistics: statistics as StatisticsAnswer,
    faults: faults as FaultAnswer[],
  }
}

/** For a person: what runs, where, what it was asked, and what waits. */
export function statusText({ state, clock, statistics, faults }: PlaygroundStatus): string {
  const commands = Object.values(statistics.mongo?.commands ?? {}).reduce((sum, one) => sum + one, 0)
  const rows = [
    ['Running', `process ${state.pid} since ${state.startedAt}`],
    ['Story', `${plural(state.participants, 'person', 'people')}, seed "${state.seed}"`],
    ['Org', state.org.url],
    ['Database', state.mongo?.uri ?? 'none'],
    ['Control', controlUrl(state.org.url)],
    ['Clock', clockText(clock)],
    [
      'Asked',
      `${plural(statistics.apiCalls, 'API call')}, ${plural(statistics.requests, 'request')}, ${plural(commands, 'command')}`,
    ],
  ]
  const parts = [rows.map(([name = '', value = '']) => `  ${name.padEnd(8)}  ${value}`).join('\n')]
  if (statistics.endpoints.length > 0) parts.push(endpointsText(statistics.endpoints))
  if (faults.length > 0) parts.push(`Faults that wait:\n${faultsText(faults)}`)
  return parts.join('\n\n')
}

export function clockText({ now, aheadMs, ahead, frozen }: ClockAnswer): string {
  // Less than a second is the time that asking takes.
  const moved = Math.abs(aheadMs) < 1_000 ? '' : `, ${ahead} from the real one`
  return `${now}${moved}${frozen ? ', frozen' : ''}`
}

function endpointsText(endpoints: readonly EndpointAnswer[]): string {
  const head = ['', 'Endpoint', 'Calls', 'Failed', 'p50', 'p95', 'max ms']
  const byCalls = [...endpoints].sort((a, b) => b.calls - a.calls)
  return table([head, ...byCalls.map(endpointRow)], [6, 32, 6, 6, 5, 5])
}

function endpointRow({ method, template, calls, statuses, ms, faults }: EndpointAnswer): string[] {
  const failed = Object.entries(statuses).filter(([status]) => Number(status) >= 400 || status === '0')
  const hit = Object.entries(faults).map(([kind, times]) => `${times} ${kind}`)
  return [
    method,
    template + (hit.length === 0 ? '' : `\nhit by ${hit.join(', ')}`),
    count(calls),
    count(failed.reduce((sum, [, times]) => sum + times, 0)),
    short(ms.p50),
    short(ms.p95),
    short(ms.max),
  ]
}

/** Three digits are enough to compare. */
function short(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : count(Math.round(ms))
}

export function statusJson({ state, clock, statistics, faults }: PlaygroundStatus): object {
  return { ...playgroundJson(state), clock, statistics, faults }
}
