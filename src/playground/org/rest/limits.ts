import { visibleObject, visibleObjects } from '../access.js'
import type { Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'

/** Allowances the playground does not draw on; entries come and go between releases (rest.md §3). */
const UNUSED: Readonly<Record<string, number>> = {
  ConcurrentAsyncGetReportInstances: 200,
  DailyAsyncApexExecutions: 250_000,
  DailyBulkV2QueryFileStorageMB: 976_562,
  DailyStreamingApiEvents: 10_000,
  DailyWorkflowEmails: 1000,
  DataStorageMB: 1024,
  FileStorageMB: 1024,
  HourlyPublishedPlatformEvents: 50_000,
  HourlySyncReportRuns: 500,
  MassEmail: 10,
  SingleEmail: 15,
}

/** `GET /limits` and `/limits/recordCount` (rest.md §3). `bulkUsed` tells what Bulk has taken of its own allowances. */
export function limitRoutes(core: OrgCore, bulkUsed: () => { batches: number; queryJobs: number }): Route[] {
  return [
    { method: 'GET', path: '/limits', handle: (call) => limits(core, bulkUsed(), Number(call.version)) },
    { method: 'GET', path: '/limits/recordCount', handle: (call) => recordCount(core, call.query.get('sObjects')) },
  ]
}

/** The version that renamed DailyBulkApiRequests (rest.md §3). */
const BATCHES_SINCE = 49

function limits(core: OrgCore, bulk: { batches: number; queryJobs: number }, version: number): Reply {
  const { settings, allowance } = core
  const entry = (max: number, used: number) => ({ Max: max, Remaining: Math.max(0, max - used) })
  const json = {
    DailyApiRequests: entry(settings.dailyApiRequests, settings.dailyApiRequests - allowance.remaining(core.now())),
    [version < BATCHES_SINCE ? 'DailyBulkApiRequests' : 'DailyBulkApiBatches']: entry(
      settings.bulkDailyBatches,
      bulk.batches,
    ),
    DailyBulkV2QueryJobs: entry(settings.bulkDailyQueryJobs, bulk.queryJobs),
    ...Object.fromEntries(Object.entries(UNUSED).map(([name, max]) => [name, entry(max, 0)])),
    PermissionSets: { Max: 1500, Remaining: 1500, CreateCustom: { Max: 1000, Remaining: 1000 } },
  }
  return { status: 200, json }
}

/** Objects without records are left out (rest.md §3). */
function recordCount(core: OrgCore, wanted: string | null): Reply {
  const names = wanted === null ? visibleObjects(core).map(({ name }) => name) : wanted.split(',')
  const counted = names
    .flatMap((name) => visibleObject(core, name.trim())?.name ?? [])
    .map((name) => ({ count: core.store.count(name), name }))
  return { status: 200, json: { sObjects: counted.filter(({ count }) => count > 0) } }
}
