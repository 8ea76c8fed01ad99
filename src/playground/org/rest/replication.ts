import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import { OrgError } from '../org-error.js'
import type { PurgedRecord } from '../purged-records.js'
import type { ObjectDef } from '../schema.js'
import type { Row } from '../store.js'
import { wireDatetime } from '../wire.js'
import { objectOf } from './records.js'

const MINUTE_MS = 60_000
const REACH_MS = 30 * 24 * 60 * MINUTE_MS
const MAX_IDS = 600_000

/** From and including, to and excluding; whole minutes, epoch milliseconds. */
interface Window {
  readonly start: number
  readonly end: number
}

/** What was changed, and what was deleted, within a window of time (rest.md §12). */
export function replicationRoutes(core: OrgCore): Route[] {
  const { purged } = core.dml.bin
  core.keep(purged.kept(() => core.now()))
  core.onReset(() => {
    purged.clear()
  })
  return [
    { method: 'GET', path: '/sobjects/:object/updated', handle: (call) => updated(core, call) },
    { method: 'GET', path: '/sobjects/:object/deleted', handle: (call) => deleted(core, call) },
  ]
}

function updated(core: OrgCore, call: Call): Reply {
  const def = objectOf(core, call)
  const window = windowOf(call)
  const ids = touched(core, def, window, false).map((row) => row.Id)
  return { status: 200, json: { ids, latestDateCovered: latestCovered(call, window) } }
}

/** Records that are gone for good too, by Bulk hardDelete or out of the recycle bin. */
function deleted(core: OrgCore, call: Call): Reply {
  const def = objectOf(core, call)
  const window = windowOf(call)
  const inBin = touched(core, def, window, true).map((row) => ({ id: row.Id, deletedAt: row.SystemModstamp }))
  const deletedRecords = bounded([...inBin, ...purgedIn(core, def, window)]).map(({ id, deletedAt }) => ({
    id,
    deletedDate: wireDatetime(deletedAt),
  }))
  const earliestDateAvailable = wireDatetime(wholeMinute(call.now() - REACH_MS))
  const latestDateCovered = latestCovered(call, window)
  return { status: 200, json: { deletedRecords, earliestDateAvailable, latestDateCovered } }
}

function touched(core: OrgCore, def: ObjectDef, { start, end }: Window, gone: boolean): Row[] {
  const rows: Row[] = []
  for (const row of core.store.scan(def.name)) {
    if (row.IsDeleted === gone && row.SystemModstamp >= start && row.SystemModstamp < end) rows.push(row)
  }
  return bounded(rows)
}

/** Of a purge that was taken back the record is there again. */
function purgedIn({ dml, store }: OrgCore, def: ObjectDef, { start, end }: Window): PurgedRecord[] {
  const all = [...dml.bin.purged.of(def.keyPrefix)]
  return all.filter(({ id, deletedAt }) => deletedAt >= start && deletedAt < end && store.get(id) === undefined)
}

function bounded<T>(found: T[]): T[] {
  if (found.length <= MAX_IDS) return found
  throw new OrgError(400, 'EXCEEDED_ID_LIMIT', `more than ${MAX_IDS} ids, use a smaller window`)
}

/** Seconds are ignored; the window begins at most 30 days ago and is at least a minute long. */
function windowOf(call: Call): Window {
  const [start, end] = [minuteOf(call, 'start'), minuteOf(call, 'end')]
  if (start < wholeMinute(call.now() - REACH_MS)) throw badWindow('startDate cannot be more than 30 days ago')
  if (end - start < MINUTE_MS) throw badWindow('endDate must be at least one minute after startDate')
  return { start, end }
}

function minuteOf(call: Call, name: 'start' | 'end'): number {
  // A `+` of the zone that was sent unencoded has become a space.
  const text = (call.query.get(name) ?? '').replace(' ', '+').replace(/([+-]\d{2})(\d{2})$/, '$1:$2')
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return wholeMinute(at)
  throw new OrgError(400, 'INVALID_FIELD', `${name} is not a datetime: ${text}`)
}

function wholeMinute(epochMs: number): number {
  return Math.floor(epochMs / MINUTE_MS) * MINUTE_MS
}

/** What happens in the running minute is not covered yet: the next window starts here. */
function latestCovered(call: Call, { end }: Window): string {
  return wireDatetime(Math.min(end, wholeMinute(call.now())))
}

/** The code is the platform's; its texts are not in the reference. */
function badWindow(message: string): OrgError {
  return new OrgError(400, 'INVALID_REPLICATION_DATE', message)
}
