import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/clock.js'
import type { FaultEffect } from '../../src/playground/org/faults.js'
import { writeInBulk, type BulkTools, type BulkWrite } from '../../src/salesforce/bulk-write.js'
import type { Outcome, RecordToSend } from '../../src/salesforce/collections.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'

const INSERT: BulkWrite = {
  object: 'Contact',
  operation: 'insert',
  columns: ['LastName', 'Email', 'Title'],
  key: ['Email'],
  rowsPerJob: 250_000,
}
const JOBS = '/services/data/*/jobs/ingest'
/** Nobody of one test is somebody of another: the org minds duplicates. */
let round = 0
const people = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ LastName: `Person ${at}`, Email: `p${at}.${round}@example.com` }))

describe('records that are written in bulk', () => {
  let world: OrgAndClient
  let jobs: { id: string; rows: number }[]
  let settings: OrgAndClient['playground']['settings']
  let earlier: Set<string>

  beforeAll(async () => {
    world = await anOrg()
    settings = { ...world.playground.settings }
  })
  afterAll(() => world.close())
  beforeEach(() => {
    jobs = []
    round += 1
    earlier = new Set([...world.playground.store.scan('Contact')].map(({ Id }) => Id))
    Object.assign(world.playground.settings, settings)
  })
  afterEach(() => {
    world.playground.disarm()
  })

  const staging = () => join(world.directory, 'uploads')
  const contacts = () => [...world.playground.store.scan('Contact')].filter(({ Id }) => !earlier.has(Id))
  const arm = (method: string, below: string, effect: FaultEffect, times = 1) => {
    world.playground.arm({ method, path: JOBS + below, effect, times })
  }
  const write = async (records: readonly RecordToSend[], what = INSERT, clock: Clock = impatientClock()) => {
    const outcomes: Outcome[] = []
    const book = { began: (job: { id: string; rows: number }) => void jobs.push(job), settled: () => undefined }
    const tools: BulkTools = { org: world.org, clock, staging: staging(), jobs: book }
    const failure = await writeInBulk(tools, what, records, (first, some) => {
      for (const [at, outcome] of some.entries()) outcomes[first + at] = outcome
    }).then(
      () => undefined,
      (error: unknown) => error,
    )
    return { outcomes, failure }
  }
  /** What somebody else sees of the jobs, or does to one. */
  const ask = async (below: string, state?: 'Aborted') => {
    const { apiVersion, accessToken, instanceUrl } = await world.org.session()
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
    const change = state ? { method: 'PATCH', body: JSON.stringify({ state }) } : {}
    return (
      await fetch(`${instanceUrl}/services/data/v${apiVersion}/jobs/ingest${below}`, { headers, ...change })
    ).json()
  }
  const job = () => ask(`/${jobs[0]?.id ?? ''}`)
  const jobStates = async () => {
    const { records } = (await ask('')) as { records: { id: string; state: string }[] }
    return new Map(records.map(({ id, state }) => [id, state]))
  }
  /** That each outcome is the one of its own row: the record has its address. */
  const expectWritten = (records: readonly RecordToSend[], outcomes: readonly Outcome[]) => {
    const byId = new Map(contacts().map((row) => [row.Id, row['Email']]))
    const found = outcomes.map((outcome) => (outcome.ok ? byId.get(outcome.id) : outcome.code))
    expect(found).toEqual(records.map(({ Email }) => Email))
    expect(contacts()).toHaveLength(records.length)
  }

  test('are one job of seven calls, whose results come in another order', async () => {
    await world.org.session()
    const before = world.org.calls
    const { outcomes, failure } = await write(people(1_000))
    expect(failure).toBeUndefined()
    expectWritten(people(1_000), outcomes)
    expect(world.org.calls - before).toBe(7)
    expect(jobs).toMatchObject([{ object: 'Contact', rows: 1_000 }])
    expect(readdirSync(staging())).toEqual([])
  })

  test('are no job when there are none', async () => {
    const before = world.org.calls
    expect(await write([])).toEqual({ outcomes: [], failure: undefined })
    expect(world.org.calls).toBe(before)
  })

  test('are changed and cleared by Id, and what is not said is kept', async () => {
    const [one, two] = (await write(people(2))).outcomes.map((outcome) => (outcome.ok ? outcome.id : ''))
    const update = { ...INSERT, operation: 'update', columns: ['Id', 'Title', 'Email'], key: ['Id'] } as const
    const rows: RecordToSend[] = [
      { Id: one ?? '', Title: 'Dr. "Q", é\nline' },
      { Id: two ?? '', Email: null },
    ]
    expect((await write(rows, update)).outcomes).toEqual([one, two].map((id) => ({ ok: true, id })))
    expect(contacts().map((contact) => [contact['Title'] ?? null, contact['Email'] ?? null])).toEqual([
      ['Dr. "Q", é\nline', people(1)[0]?.Email],
      [null, null],
    ])
  })

  test('are deleted, and one that is gone counts as deleted', async () => {
    const ids = (await write(people(2))).outcomes.map((outcome) => (outcome.ok ? outcome.id : ''))
    const remove = { object: 'Contact', operation: 'delete', columns: ['Id'], key: ['Id'], rowsPerJob: 10 } as const
    await write([{ Id: ids[0] ?? '' }], remove)
    const { outcomes } = await write(
      ids.map((Id) => ({ Id })),
      remove,
    )
    expect(outcomes).toEqual(ids.map((id) => ({ ok: true, id })))
  })

  test('that the org refuses are told by code and field, each for its own row', async () => {
    const rows = people(20).map((row, at) => (at % 5 === 0 ? { Email: row.Email, Title: 'nobody' } : row))
    const { outcomes } = await write(rows)
    const refused = outcomes.flatMap((outcome, at) => (outcome.ok ? [] : [[at, outcome.code, ...outcome.fields]]))
    expect(refused).toEqual([0, 5, 10, 15].map((at) => [at, 'REQUIRED_FIELD_MISSING', 'LastName']))
  })

  test('are given to jobs one after the other when they are more than one takes', async () => {
    const { outcomes } = await write(people(25), { ...INSERT, rowsPerJob: 10 })
    expectWritten(people(25), outcomes)
    expect(jobs.map(({ rows }) => rows)).toEqual([10, 10, 5])
  })

  test('with the very text that clears a field are refused by us, and the others are written', async () => {
    const rows = people(7).map((row, at) => ({ ...row, Title: at % 3 === 0 ? '#N/A' : 'Dr.' }))
    const { outcomes } = await write(rows, { ...INSERT, rowsPerJob: 3 })
    expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.code))).toEqual(
      rows.map(({ Title }) => (Title === 'Dr.' ? 'ok' : 'VALUE_CLEARS_FIELD')),
    )
    expect(jobs.map(({ rows: sent }) => sent)).toEqual([2, 2])
  })

  test.each<[string, string, string, FaultEffect]>([
    ['an upload that is answered 503', 'PUT', '/*/batches', { kind: 'edge', status: 503 }],
    [
      'an upload that came through and was answered 503',
      'PUT',
      '/*/batches',
      { kind: 'edge', status: 503, applied: true },
    ],
    ['an upload whose socket is dropped', 'PUT', '/*/batches', { kind: 'drop' }],
    ['an upload whose answer is lost', 'PUT', '/*/batches', { kind: 'drop', applied: true }],
    ['an upload that is too early for the org', 'PUT', '/*/batches', { kind: 'edge', status: 429, retryAfter: 1 }],
    ['a session that ends before the upload', 'PUT', '/*/batches', { kind: 'expire' }],
    ['a job whose making is not answered', 'POST', '', { kind: 'drop', applied: true }],
    ['a close that is not heard', 'PATCH', '/*', { kind: 'edge', status: 503 }],
    ['a close whose answer is lost', 'PATCH', '/*', { kind: 'drop', applied: true }],
    ['a session that ends while it waits', 'GET', '/750*', { kind: 'expire' }],
    ['a result file that breaks off', 'GET', '/*/successfulResults', { kind: 'cut', bytes: 900 }],
    [
      'a result file that ends inside a quote',
      'GET',
      '/*/successfulResults',
      { kind: 'reply', status: 200, text: '"sf__Id","Email"\n"003' },
    ],
  ])('are there once after %s', async (_, method, below, effect) => {
    arm(method, below, effect)
    const { outcomes, failure } = await write(people(300))
    expect(failure).toBeUndefined()
    expectWritten(people(300), outcomes)
    expect(world.playground.faultsWaiting()).toBe(0)
    expect(readdirSync(staging())).toEqual([])
  })

  test('leave no open job behind when uploads keep failing, and are none of them written', async () => {
    const before = await jobStates()
    arm('PUT', '/*/batches', { kind: 'edge', status: 503 }, 9)
    const { failure, outcomes } = await write(people(3))
    expect(failure).toMatchObject({ code: 'SF_UNAVAILABLE' })
    expect([outcomes, contacts()]).toEqual([[], []])
    const made = [...(await jobStates())].filter(([id]) => !before.has(id))
    expect(made.map(([, state]) => state)).toEqual(['Aborted', 'Aborted', 'Aborted'])
  })

  test('are waited for although the job cannot be asked, further and further apart', async () => {
    // Five tries are one question: the first two fail, and the third at its third try.
    arm('GET', '/750*', { kind: 'error', code: 'UNKNOWN_EXCEPTION', status: 500 }, 12)
    const slept: number[] = []
    const clock = impatientClock()
    const patient = { ...clock, sleep: (ms: number) => Promise.resolve(void slept.push(ms)) }
    const { outcomes, failure } = await write(people(5), INSERT, patient)
    expect(failure).toBeUndefined()
    expectWritten(people(5), outcomes)
    const bounds = [2_000, 3_000, 4_500].map((ms) => [ms, ms * 1.1] as const)
    expect(slept).toHaveLength(3)
    for (const [at, [least, most]] of bounds.entries()) {
      expect(slept[at]).toBeGreaterThanOrEqual(least)
      expect(slept[at]).toBeLessThanOrEqual(most)
    }
  })

  test('whose job takes too long are left to it: it goes on, and the error names it', async () => {
    world.playground.settings.bulkQueueMs = 24 * 3_600_000
    let elapsed = 0
    const clock: Clock = {
      ...impatientClock(),
      elapsed: () => elapsed,
      sleep: (ms) => Promise.resolve(void (elapsed += ms)),
    }
    const { failure, outcomes } = await write(people(4), INSERT, clock)
    expect(failure).toMatchObject({ code: 'SF_JOB_RUNNING', exitCode: 8 })
    expect(String(failure)).toContain(jobs[0]?.id)
    expect([outcomes, elapsed >= 2 * 3_600_000]).toEqual([[], true])
    expect(await job()).toMatchObject({ state: 'UploadComplete' })
    world.playground.settings.bulkQueueMs = 0
    expect(await job()).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 4 })
    expect(contacts()).toHaveLength(4)
  })

  test('of a job that failed half-way are settled as far as it came, then it is told why', async () => {
    await world.close()
    world = await anOrg({ settings: { bulkDailyRows: 10_000 } })
    earlier.clear()
    const { outcomes, failure } = await write(people(10_050))
    expect(failure).toMatchObject({
      code: 'SF_INGEST_JOB_FAILED',
      message: expect.stringContaining('ExceededQuota') as string,
    })
    expectWritten(people(10_000), outcomes.slice(0, 10_000))
    const rest = outcomes.slice(10_000).map((outcome) => (outcome.ok ? 'ok' : outcome.code))
    expect([rest.length, new Set(rest)]).toEqual([50, new Set(['NOT_PROCESSED'])])
  })

  test('of a job that somebody aborts are settled, and none is sent again against their will', async () => {
    world.playground.settings.bulkQueueMs = 24 * 3_600_000
    const aborting: Clock = {
      ...impatientClock(),
      sleep: () => ask(`/${jobs[0]?.id ?? ''}`, 'Aborted').then(() => undefined),
    }
    const { failure, outcomes } = await write(people(3), INSERT, aborting)
    expect(failure).toMatchObject({ code: 'SF_INGEST_JOB_FAILED' })
    expect(outcomes).toMatchObject(people(3).map(() => ({ ok: false, code: 'NOT_PROCESSED' })))
  })

  test('with a field that the org does not have fail as a job, which is named with the field', async () => {
    const { failure } = await write([{ LastName: 'A', Email: 'a@example.com', Ghost__c: 'x' }], {
      ...INSERT,
      columns: [...INSERT.columns, 'Ghost__c'],
    })
    expect(failure).toMatchObject({
      code: 'SF_INGEST_JOB_FAILED',
      message: expect.stringContaining('Field name not found : Ghost__c') as string,
    })
  })

  test('lose a lock row by row, and that is told of those rows', async () => {
    world.playground.settings.lockedRowShare = 0.3
    const { outcomes, failure } = await write(people(200))
    const codes = new Set(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.code)))
    expect([failure, codes]).toEqual([undefined, new Set(['ok', 'UNABLE_TO_LOCK_ROW'])])
    const written = outcomes.filter(({ ok }) => ok)
    expect(contacts()).toHaveLength(written.length)
  })

  test.each([
    ['fewer rows than were sent', () => []],
    ['a row that was not sent', () => ['other@example.com']],
    ['a row twice', (sent: string) => [sent, sent]],
  ])('are an error when the results hold %s', async (_, told) => {
    const [one] = people(1)
    const rows = told(one?.Email ?? '').map((email) => `"003","true","B","${email}",""\n`)
    const text = ['"sf__Id","sf__Created",LastName,Email,Title\n', ...rows].join('')
    arm('GET', '/*/successfulResults', { kind: 'reply', status: 200, text, headers: { 'content-type': 'text/csv' } })
    const { outcomes, failure } = await write(people(1))
    expect(failure).toMatchObject({ code: 'SF_JOB_RESULTS_INCOMPLETE' })
    expect(outcomes).toEqual([])
  })
})
