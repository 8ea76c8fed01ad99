import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { KeptRun } from '../../src/domain/run.js'
import { Database } from '../../src/mongo/database.js'
import { Leases } from '../../src/mongo/leases.js'
import { Runs } from '../../src/mongo/runs.js'
import { writeInBulk, type RowJobBook } from '../../src/salesforce/bulk-write.js'
import { insertRecords } from '../../src/salesforce/collections.js'
import { jobBook } from '../../src/sync/job-book.js'
import { asRun, endOf, noted, Run, type RunEvent } from '../../src/sync/run.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const UPDATE = {
  object: 'Contact',
  operation: 'update',
  columns: ['Id', 'Title'],
  key: ['Id'],
  rowsPerJob: 10,
} as const

describe.each(engines())('what a run that died left in the org, on $name,', (engine) => {
  const held = useDatabase(engine, 'take_over')
  let world: OrgAndClient
  let database: Database
  let contacts: string[]
  let event = 0

  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    world = await anOrg()
    contacts = []
    const people = ['Ada', 'Grace', 'Edsger'].map((LastName) => ({ LastName }))
    await insertRecords(world.org, 'Contact', people, (_, outcomes) => {
      contacts.push(...outcomes.flatMap((outcome) => (outcome.ok ? [outcome.id] : [])))
    })
  })
  afterAll(async () => {
    await world.close()
    await database.close()
  })
  beforeEach(() => {
    event += 1
    Object.assign(world.playground.settings, { bulkProcessingMs: 0 })
    // Jobs go on when a test says so.
    world.playground.clock.freeze()
  })

  const scope = () => `event ${event}`
  const runs = () => new Runs(database, 1)
  const begin = (args: string[] = [], command = 'contact push') => {
    const who = { command, arguments: args, user: 'ada', host: 'here', pid: 1, version: '1' }
    const clock = impatientClock()
    const policy = { leaseSeconds: 60, keepDays: 1 }
    return (scopes: readonly string[]) =>
      Run.begin({ org: world.org, database, clock, who, policy, stop: () => {} }, scopes)
  }
  /** A run that writes titles in bulk and is no more from a certain moment on. */
  const dies = async (title: string, dying: Partial<RowJobBook>, waitMs?: number) => {
    const run = await begin()([scope()])
    await run.takeOver({ begin: undefined, scopes: [scope()], watch: () => {} })
    const records = contacts.map((Id) => ({ Id, Title: title }))
    const drafts = contacts.map((key) => ({ object: 'Contact', action: 'update', key, participantIds: [] }) as const)
    const lines = await run.intend(drafts)
    const sending = { org: world.org, clock: impatientClock(), staging: join(world.directory, 'uploads'), waitMs }
    const book = jobBook({ ...sending, asked: 'bulk', run, watch: () => {} }, lines)
    const began: RowJobBook['began'] = async (...job) => {
      await book.began(...job)
      await dying.began?.(...job)
    }
    const jobs = { ...book, ...dying, began }
    await writeInBulk({ ...sending, jobs }, UPDATE, records, (first, outcomes) =>
      dying.settled ? Promise.reject(KILLED) : run.settle(noted(lines, first, outcomes)),
    ).catch(() => {})
    await new Leases(database, 60_000).release(run.id)
    return run.id
  }
  const KILLED = new Error('killed')
  const next = async (args: string[] = [], waitMs: number | undefined = 60_000) => {
    const told: RunEvent[] = []
    const watch = (each: RunEvent) => {
      told.push(each)
      if (each.kind === 'left job' && each.now === 'waited for') world.playground.clock.advance(1_000)
    }
    const id = await asRun(
      { begin: begin(args), scopes: [scope()], waitMs, watch },
      (run) => Promise.resolve(run?.id),
      () => endOf(undefined, false),
    )
    return { told: told.slice(1), id }
  }
  const linesOf = async (id: string) =>
    (await runs().lines(id, { limit: 10, failed: false })).map(({ state, code }) => code ?? state)
  const titles = () => [...world.playground.store.scan('Contact')].map((contact) => contact['Title'])
  const job = (run: KeptRun) => run.jobs.map(({ ended }) => ended)

  test('a job that it never closed is aborted, its lines are noted as not processed, and the next run follows it', async () => {
    const died = await dies('Open', { began: () => Promise.reject(KILLED) })
    const { told, id } = await next()
    expect(told).toMatchObject([
      { kind: 'goes on', run: { id: died, state: 'died' } },
      { kind: 'left job', runId: died, now: 'Aborted' },
    ])
    expect(await linesOf(died)).toEqual(['NOT_PROCESSED', 'NOT_PROCESSED', 'NOT_PROCESSED'])
    const kept = await runs().find(died)
    expect(kept).toMatchObject({ state: 'died', followedBy: id })
    expect(job(kept)).toEqual(['Aborted'])
    expect(titles()).not.toContain('Open')
    // And that is all: the one after it has nothing to take over.
    expect((await next()).told).toEqual([])
  })

  test('a job that is still running is waited for, and what it did is noted', async () => {
    Object.assign(world.playground.settings, { bulkProcessingMs: 1_000 })
    const died = await dies('Running', {}, 0)
    expect(await linesOf(died)).toEqual(['sent', 'sent', 'sent'])
    const { told } = await next()
    expect(told).toMatchObject([
      { kind: 'goes on' },
      { kind: 'left job', now: 'waited for' },
      { kind: 'left job', now: 'JobComplete' },
    ])
    expect(await linesOf(died)).toEqual(['done', 'done', 'done'])
    expect(titles()).toEqual(['Running', 'Running', 'Running'])
  })

  test('a job that is not waited for long enough stops the run as still running, and the one after it waits again', async () => {
    Object.assign(world.playground.settings, { bulkProcessingMs: 2_000 })
    const died = await dies('Slow', {}, 0)
    await expect(next([], 0)).rejects.toMatchObject({ code: 'SF_JOB_RUNNING', exitCode: 8 })
    const stopped = (await runs().list({ limit: 10, failed: true }, new Set())).find(
      ({ code }) => code === 'SF_JOB_RUNNING',
    )
    expect(stopped).toMatchObject({ state: 'stopped', scopes: [scope()] })
    await next()
    expect(await linesOf(died)).toEqual(['done', 'done', 'done'])
  })

  test('a job that is complete, with nobody told, is collected once', async () => {
    const died = await dies('Complete', { settled: () => Promise.reject(KILLED) })
    expect((await next()).told).toMatchObject([{ kind: 'goes on' }, { kind: 'left job', now: 'JobComplete' }])
    expect(await linesOf(died)).toEqual(['done', 'done', 'done'])
    const before = world.playground.requests.total
    expect((await next()).told).toEqual([])
    expect(world.playground.requests.total).toBe(before)
  })

  test('is not waited for by a run that sends nothing beside it', async () => {
    Object.assign(world.playground.settings, { bulkProcessingMs: 1_000 })
    await dies('Beside', {}, 0)
    const glance = { begin: begin(), scopes: [scope()], watch: () => {} }
    expect(
      await asRun(
        glance,
        () => Promise.resolve('at once'),
        () => endOf(undefined, false),
      ),
    ).toBe('at once')
    await next()
    expect(titles()).toEqual(['Beside', 'Beside', 'Beside'])
  })

  test('is offered to be finished by another command, or by the same with other flags', async () => {
    const died = await dies('Other', { began: () => Promise.reject(KILLED) })
    expect((await next(['--event', 'spring'])).told).toMatchObject([
      { kind: 'unfinished', run: { id: died } },
      { kind: 'left job', now: 'Aborted' },
    ])
    expect((await next(['--json', '--via', 'bulk', '--wait=1h'])).told).toMatchObject([
      { kind: 'goes on', run: { id: died } },
    ])
    expect((await next()).told).toEqual([])
  })

  test('is none of the business of a run on another event', async () => {
    const died = await dies('Elsewhere', { began: () => Promise.reject(KILLED) })
    event += 1
    expect((await next()).told).toEqual([])
    expect(await runs().find(died)).toMatchObject({ state: 'running' })
  })
})
