import { execa } from 'execa'
import type { Connection } from 'jsforce'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { text } from '../../../src/playground/org/fields.js'
import { defaultBulkSettings } from '../../../src/playground/org/bulk/settings.js'
import { RunningOrg } from '../../playground/org/running-org.js'
import { connect, people } from './connected.js'

const POLL = { pollInterval: 5, pollTimeout: 90_000 }

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.define('Contact', [text('Key__c', 'Key', 40, { externalId: true, unique: true })])
  connection = await connect(running)
})

beforeEach(() => Object.assign(running.org.settings, defaultBulkSettings()))

afterAll(() => running.org.close())

const keyed = (count: number, prefix: string) =>
  people(count, prefix).map((person, i) => ({ Key__c: `${prefix}-${i}`, ...person }))

describe('jsforce loads in bulk', () => {
  it('inserts, updates, upserts and deletes, and reads every result file', async () => {
    const load = (operation: 'insert' | 'update' | 'upsert' | 'delete', input: Record<string, string>[]) =>
      connection.bulk2.loadAndWaitForResults({
        object: 'Contact',
        operation,
        input,
        ...(operation === 'upsert' ? { externalIdFieldName: 'Key__c' } : {}),
        ...POLL,
      })
    const inserted = await load('insert', keyed(450, 'all'))
    expect(inserted.successfulResults).toHaveLength(450)
    expect(inserted.successfulResults[0]).toMatchObject({
      sf__Created: 'true',
      sf__Id: expect.stringMatching(/^003/) as string,
    })
    const ids = inserted.successfulResults.map(({ sf__Id }) => ({ Id: sf__Id }))
    const updated = await load(
      'update',
      ids.map(({ Id }) => ({ Id, Title: 'T' })),
    )
    expect(updated.successfulResults.filter(({ sf__Created }) => sf__Created === 'false')).toHaveLength(450)
    const upserted = await load('upsert', [...keyed(1, 'all'), ...keyed(1, 'new')])
    expect(upserted.successfulResults.map(({ sf__Created }) => sf__Created).sort()).toEqual(['false', 'true'])
    expect((await load('delete', ids)).successfulResults).toHaveLength(450)
    expect(await connection.sobject('Contact').count({ Title: 'T' })).toBe(0)
  })

  it('tells rows that failed, with the reason, from those that did not', async () => {
    const results = await connection.bulk2.loadAndWaitForResults({
      object: 'Contact',
      operation: 'upsert',
      externalIdFieldName: 'Key__c',
      input: [
        { Key__c: 'a', LastName: 'Ada, "L"', Email: 'ada@x.org' },
        { Key__c: 'b', LastName: '', Email: 'b@x.org' },
      ],
      ...POLL,
    })
    expect(results.successfulResults).toMatchObject([{ sf__Created: 'true', Key__c: 'a', LastName: 'Ada, "L"' }])
    expect(results.failedResults).toMatchObject([
      { sf__Error: 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --', Key__c: 'b' },
    ])
    expect(results.unprocessedRecords).toEqual([])
  })

  it('step by step, through every state, and finds again what an abort left untried', async () => {
    running.org.settings.bulkQueueMs = 3_600_000
    const job = connection.bulk2.createJob({ object: 'Contact', operation: 'insert' })
    expect(await job.open()).toMatchObject({ state: 'Open' })
    await job.uploadData(keyed(3, 'aborted'))
    await job.close()
    expect(await job.check()).toMatchObject({ state: 'UploadComplete' })
    await job.abort()
    const found = connection.bulk2.job('ingest', { id: job.id })
    expect(await found.check()).toMatchObject({ state: 'Aborted', numberRecordsProcessed: 0 })
    const { successfulResults, failedResults, unprocessedRecords } = await found.getAllResults()
    expect([successfulResults.length, failedResults.length]).toEqual([0, 0])
    expect(unprocessedRecords).toHaveLength(3)
  })

  it('and asks Bulk API 1.0 about a job of 2.0, as sf data resume does', async () => {
    const job = connection.bulk2.createJob({ object: 'Contact', operation: 'insert' })
    await job.open()
    await job.uploadData(keyed(2, 'classic'))
    await job.close()
    const known = { id: job.id, object: 'Contact', state: 'Closed', numberRecordsProcessed: '2' }
    expect(await connection.bulk.job(job.id).check()).toMatchObject(known)
    await expect(connection.bulk.job('750000000000001AAA').check()).rejects.toMatchObject({ errorCode: 'InvalidJob' })
    await expect(connection.bulk.createJob('Contact', 'insert').open()).rejects.toThrow('not implemented: Bulk API 1.0')
  })

  it('is told why a job failed', async () => {
    const input = [{ Nope: 'x' }]
    const load = connection.bulk2.loadAndWaitForResults({ object: 'Contact', operation: 'insert', input, ...POLL })
    await expect(load).rejects.toThrow('InvalidBatch : Field name not found : Nope')
  })

  it('deletes its own job when it has waited long enough (pitfalls §1, 5)', async () => {
    running.org.settings.bulkQueueMs = 3_600_000
    running.org.requests.clear()
    const input = keyed(1, 'late')
    const late = { object: 'Contact', operation: 'insert', input, pollInterval: 5, pollTimeout: 30 } as const
    await expect(connection.bulk2.loadAndWaitForResults(late)).rejects.toMatchObject({ name: 'JobPollingTimeout' })
    await expect
      .poll(() => running.org.requests.list().filter(({ method }) => method === 'DELETE'), { timeout: 60_000 })
      .toMatchObject([{ template: '/jobs/ingest/:id' }])
  })
})

describe('jsforce exports in bulk', () => {
  it('every record once, parents by their path', async () => {
    running.org.load('Account', [{ Name: 'Acme' }])
    const [account] = running.org.store.scan('Account')
    const rows = keyed(300, 'q').map((row, i) => (i === 0 ? { ...row, AccountId: account?.Id } : row))
    running.org.load('Contact', rows)
    const soql = "SELECT Key__c, LastName, Account.Name FROM Contact WHERE Key__c LIKE 'q-%'"
    const records = await (await connection.bulk2.query(soql, POLL)).toArray()
    expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(300)
    expect(records).toContainEqual({ Key__c: 'q-0', LastName: 'Person q0', 'Account.Name': 'Acme' })
    expect(records).toContainEqual({ Key__c: 'q-7', LastName: 'Person q7', 'Account.Name': '' })
  })

  it('deleted records too, when it scans all', async () => {
    const id = await running.create('Contact', { LastName: 'Gone in bulk' })
    await connection.sobject('Contact').destroy(id)
    const soql = "SELECT Id, IsDeleted FROM Contact WHERE LastName = 'Gone in bulk'"
    const all = await (await connection.bulk2.query(soql, { ...POLL, scanAll: true })).toArray()
    expect(all).toEqual([{ Id: id, IsDeleted: 'true' }])
    expect(await (await connection.bulk2.query(soql, POLL)).toArray()).toEqual([])
  })

  it('and dies of a second page (pitfalls §1, 3)', async () => {
    running.org.load('Contact', keyed(5, 'page'))
    running.org.settings.bulkPageSize = 3
    const script = `import { Connection } from 'jsforce'
      const connection = new Connection(${JSON.stringify({ version: '66.0', instanceUrl: running.org.url, accessToken: running.token })})
      connection.bulk2.pollInterval = 5
      const stream = await connection.bulk2.query("SELECT Id FROM Contact WHERE Key__c LIKE 'page-%'")
      console.log((await stream.toArray()).length)`
    const ended = await execa(process.execPath, ['--input-type=module', '--eval', script], { reject: false })
    expect([ended.exitCode, ended.stdout]).toEqual([1, ''])
    expect(ended.stderr).toContain('write after end')
  })

  it('is told at once that a statement is wrong', async () => {
    await expect(connection.bulk2.query('SELECT Nope FROM Contact', POLL)).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
    })
  })
})
