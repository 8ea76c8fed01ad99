import type { EndpointStatistics } from '../org/request-log.js'
import type { EndpointAnswer, StatisticsAnswer } from './answers.js'
import type { Controlled, ControlRoute } from './control-route.js'

/** What the playground was asked so far. */
export function statisticsRoutes({ core, requests, mongo }: Controlled): ControlRoute[] {
  const told = (): { json: StatisticsAnswer } => ({
    json: {
      apiCalls: core.allowance.counted,
      requests: requests.total,
      endpoints: requests.statistics().map(endpoint),
      ...(mongo === undefined ? {} : { mongo: { commands: mongo.commands } }),
    },
  })
  return [
    {
      method: 'GET',
      path: '/statistics',
      means: 'counts, statuses, bytes, times and faults by endpoint; API calls in all; commands of the database',
      handle: told,
    },
    {
      method: 'POST',
      path: '/statistics/clear',
      means: 'count the endpoints anew',
      handle() {
        requests.clear()
        return told()
      },
    },
  ]
}

function endpoint(statistics: EndpointStatistics): EndpointAnswer {
  const { method, template, calls, statuses, durations, bytesIn, bytesOut, faults } = statistics
  const ms = {
    p50: rounded(durations.quantile(0.5)),
    p95: rounded(durations.quantile(0.95)),
    max: rounded(durations.max),
  }
  return { method, template, calls, statuses, ms, bytesIn, bytesOut, faults }
}

function rounded(ms: number): number {
  return Number(ms.toPrecision(3))
}
