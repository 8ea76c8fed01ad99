import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OrgSettings } from '../../../../src/playground/org/settings.js'
import { itemsAt, RunningOrg, textAt, valueAt } from '../running-org.js'
import { linesOf, recordsOf } from './bulk-org.js'

const CSV = { 'Content-Type': 'text/csv' }
let dir: string
let crashes: number
let open: RunningOrg[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mh-sf-kept-ingest-'))
  crashes = 0
  open = []
})
afterEach(async () => {
  for (const running of open) await running.org.close()
  rmSync(dir, { recursive: true, force: true })
})

const place = () => join(dir, String(crashes))

async function start(settings: Partial<OrgSettings> = {}): Promise<RunningOrg> {
  const running = await RunningOrg.start({ bulkShuffleSeed: null, ...settings }, place())
  open.push(running)
  if (!running.org.isRestored) await running.org.keep()
  return running
}

/** The org that a restart finds if the other one is killed now; that one goes on beside it. */
async function afterCrash(before: RunningOrg): Promise<RunningOrg> {
  const from = place()
  crashes++
  cpSync(from, place(), { recursive: true })
  const after = await start()
  expect(after.org.isRestored).toBe(true)
  after.token = before.token
  return after
}

async function created(running: RunningOrg, definition: object = {}): Promise<string> {
  const { json } = await running.call('POST', '/jobs/ingest', { object: 'Contact', operation: 'insert', ...definition })
  return `/jobs/ingest/${textAt(json, 'id')}`
}

const put = (running: RunningOrg, job: string, csv: string) => running.call('PUT', `${job}/batches`, csv, CSV)
const enter = (running: RunningOrg, job: string, state: string) => running.call('PATCH', job, { state })

async function closed(running: RunningOrg, csv: string): Promise<string> {
  const job = await created(running)
  await put(running, job, csv)
  await enter(running, job, 'UploadComplete')
  return job
}

async function told(running: RunningOrg, job: string) {
  const parts = ['', '/successfulResults', '/failedResults', '/unprocessedrecords']
  const answers = []
  for (const part of parts) answers.push((await running.call('GET', job + part)).text)
  const [info = '', successful = '', failed = '', unprocessed = ''] = answers
  return { info: JSON.parse(info) as unknown, successful, failed, unprocessed }
}

const rows = (count: number) => `LastName\n${Array.from({ length: count }, (_, at) => `Row${at}\n`).join('')}`

test('an open job is still open, with the data that came for it', async () => {
  const before = await start()
  const [empty, full] = [await created(before), await created(before)]
  expect((await put(before, full, 'LastName\nUploaded\n')).status).toBe(201)
  const after = await afterCrash(before)
  expect(await told(after, full)).toMatchObject({ info: { state: 'Open' } })
  expect((await put(after, full, 'LastName\nTwice\n')).status).toBe(400)
  expect((await put(after, empty, 'LastName\nLater\n')).status).toBe(201)
  for (const job of [full, empty]) await enter(after, job, 'UploadComplete')
  expect(recordsOf((await told(after, full)).successful)).toMatchObject([{ LastName: 'Uploaded' }])
  expect(recordsOf((await told(after, empty)).successful)).toMatchObject([{ LastName: 'Later' }])
  expect([empty, full]).not.toContain(await created(after))
})

test('a job that was cut short in a batch goes on by itself where it was: no row twice, none lost', async () => {
  const before = await start()
  await closed(before, rows(12_000))
  const done = () => before.org.store.count('Contact')
  while (done() < 11_000) await breath()
  expect(done()).toBeLessThan(12_000)
  const after = await afterCrash(before)
  expect(after.org.store.count('Contact')).toBeGreaterThanOrEqual(10_000)
  const [listed] = itemsAt((await after.call('GET', '/jobs/ingest')).json, 'records')
  while (after.org.store.count('Contact') < 12_000) await breath()
  const { info, successful } = await told(after, `/jobs/ingest/${textAt(listed, 'id')}`)
  expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 12_000, numberRecordsFailed: 0 })
  const named = recordsOf(successful)
  expect(named.map(({ LastName }) => LastName)).toEqual(linesOf(rows(12_000)).slice(1))
  for (const { sf__Id: saved = '', LastName } of named) expect(after.org.store.get(saved)).toMatchObject({ LastName })
  expect(after.org.store.count('Contact')).toBe(12_000)
  const { json } = await after.call('GET', '/limits')
  expect(valueAt(json, 'DailyBulkApiBatches')).toEqual({ Max: 15_000, Remaining: 14_998 })
})

test('a job that waits is done once its time has come', async () => {
  const before = await start({ bulkQueueMs: 60_000 })
  const job = await closed(before, rows(3))
  expect(await told(before, job)).toMatchObject({ info: { state: 'UploadComplete' } })
  const after = await afterCrash(before)
  expect(await told(after, job)).toMatchObject({ info: { state: 'UploadComplete' } })
  after.clock.now += 60_000
  expect(await told(after, job)).toMatchObject({ info: { state: 'JobComplete', numberRecordsProcessed: 3 } })
})

test('jobs that have ended tell the same of every row', async () => {
  const before = await start({ lockedRowShare: 0.5 })
  const jobs = [
    await closed(before, 'LastName,Email\nGood,good@x.org\n,nobody@x.org\n'),
    await closed(before, rows(500)),
    await closed(before, 'LastName\n"never ends\n'),
    await closed(before, 'Nobody__c\n1\n'),
    await created(before),
  ]
  await put(before, jobs[4] ?? '', rows(2))
  await enter(before, jobs[4] ?? '', 'Aborted')
  const results = await Promise.all(jobs.map((job) => told(before, job)))
  const states = results.map(({ info }) => valueAt(info, 'state'))
  expect(states).toEqual(['JobComplete', 'JobComplete', 'Failed', 'Failed', 'Aborted'])
  expect(valueAt(results[1]?.info, 'retries')).toBeGreaterThan(0)
  const once = await afterCrash(before)
  expect(await Promise.all(jobs.map((job) => told(once, job)))).toEqual(results)
  await once.org.keep()
  const twice = await afterCrash(once)
  expect(await Promise.all(jobs.map((job) => told(twice, job)))).toEqual(results)
})

test('the data of a job go when it expires, and when all is reset', async () => {
  const running = await start({ sessionSeconds: 30 * 86_400 })
  const files = () => readdirSync(join(place(), 'files'))
  await told(running, await closed(running, rows(2)))
  expect(files()).toHaveLength(1)
  running.clock.now += 8 * 86_400_000
  await running.call('GET', '/jobs/ingest')
  expect(files()).toEqual([])
  await closed(running, rows(2))
  const reset = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"to":"empty"}' }
  expect((await fetch(`${running.org.url}/playground/reset`, reset)).status).toBe(200)
  await running.logIn()
  expect(files()).toEqual([])
})

test('a deleted job is gone with its data, and so are data that were never acknowledged', async () => {
  const before = await start()
  const [kept, deleted] = [await closed(before, rows(2)), await closed(before, rows(2))]
  await told(before, deleted)
  expect((await before.call('DELETE', deleted)).status).toBe(204)
  const files = () => readdirSync(join(place(), 'files'))
  expect(files()).toEqual([kept.split('/').at(-1)])
  cpSync(join(place(), 'files', files()[0] ?? ''), join(place(), 'files', '7500000000000AAAAA'))
  const after = await afterCrash(before)
  expect(files()).toEqual([kept.split('/').at(-1)])
  expect((await after.call('GET', deleted)).status).toBe(404)
  expect((await after.call('GET', kept)).status).toBe(200)
})
