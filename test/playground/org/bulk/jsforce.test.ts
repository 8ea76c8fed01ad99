import jsforce from 'jsforce'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBulkOrg } from './bulk-org.js'
import type { BulkOrg } from './bulk-org.js'

/** A client that we did not write: what it reads and writes must be what it expects of the real org. */
let bulk: BulkOrg
let connection: jsforce.Connection
beforeAll(async () => {
  bulk = await startBulkOrg()
  connection = new jsforce.Connection({ instanceUrl: bulk.org.url, accessToken: bulk.token, version: '66.0' })
})
afterAll(() => bulk.close())

const POLL = { pollInterval: 10, pollTimeout: 10_000 }

test('jsforce ingests rows and reads all three results', async () => {
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
  expect(results.successfulResults).toMatchObject([
    {
      sf__Id: expect.stringMatching(/^003/) as string,
      sf__Created: 'true',
      Key__c: 'a',
      LastName: 'Ada, "L"',
      Email: 'ada@x.org',
    },
  ])
  expect(results.failedResults).toMatchObject([
    { sf__Error: 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --', Key__c: 'b' },
  ])
  expect(results.unprocessedRecords).toEqual([])
})

test('jsforce is told why a job failed', async () => {
  const load = connection.bulk2.loadAndWaitForResults({
    object: 'Contact',
    operation: 'insert',
    input: [{ Nope: 'x' }],
    ...POLL,
  })
  await expect(load).rejects.toThrow('InvalidBatch : Field name not found : Nope')
})

test('jsforce reads a query as records', async () => {
  bulk.org.load('Account', [{ Name: 'Acme' }])
  const [account] = bulk.org.store.scan('Account')
  bulk.org.load('Contact', [
    { LastName: 'Müller', Key__c: 'q1', AccountId: account?.Id },
    { LastName: 'Nobody', Key__c: 'q2' },
  ])
  const stream = await connection.bulk2.query(
    "SELECT Key__c, LastName, Account.Name FROM Contact WHERE Key__c LIKE 'q%' ORDER BY Key__c",
    POLL,
  )
  expect(await stream.toArray()).toEqual([
    { Key__c: 'q1', LastName: 'Müller', 'Account.Name': 'Acme' },
    { Key__c: 'q2', LastName: 'Nobody', 'Account.Name': '' },
  ])
})
