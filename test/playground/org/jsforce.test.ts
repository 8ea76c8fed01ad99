import { Connection } from 'jsforce'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JWT_BEARER, RunningOrg } from './running-org.js'

let running: RunningOrg
let connection: Connection

/** jsforce speaks to the org by its public API alone; nothing here was written with the org in mind. */
const connect = async () => {
  const made = new Connection({ version: '66.0', oauth2: { loginUrl: running.org.url } })
  const user = await made.authorize({ grant_type: JWT_BEARER, assertion: running.assertion() })
  return { made, user }
}

beforeAll(async () => {
  // The clock stands still, so jobs must not wait for it.
  running = await RunningOrg.start({ bulkQueueMs: 0, bulkProcessingMs: 0 })
  running.org.load(
    'Contact',
    Array.from({ length: 4500 }, (_, i) => ({ LastName: `Person ${i}`, Email: `p${i}@example.org` })),
  )
  connection = (await connect()).made
})

afterAll(() => running.org.close())

describe('jsforce', () => {
  it('logs in with an assertion and knows whose session it has', async () => {
    const { made, user } = await connect()
    expect(user).toMatchObject({ id: running.org.userId, organizationId: running.org.orgId })
    expect(made.instanceUrl).toBe(running.org.url)
  })

  it('reports a refused login by its code', async () => {
    const made = new Connection({ version: '66.0', oauth2: { loginUrl: running.org.url } })
    const assertion = running.assertion({ iss: 'another-app' })
    await expect(made.authorize({ grant_type: JWT_BEARER, assertion })).rejects.toMatchObject({
      name: 'invalid_client_id',
      message: 'client identifier invalid',
    })
  })

  it('creates, reads, changes, upserts and deletes a record', async () => {
    const account = await connection.sobject('Account').create({ Name: "O'Dowd & Söhne" })
    expect(account.success).toBe(true)
    const id = account.id ?? ''
    expect(await connection.sobject('Account').retrieve(id)).toMatchObject({ Id: id, Name: "O'Dowd & Söhne" })
    await connection.sobject('Account').update({ Id: id, Website: 'https://example.org' })
    const contact = await connection.sobject('Contact').upsert({ LastName: 'Up', Email: 'up@example.org' }, 'Email')
    expect(contact).toMatchObject({ success: true, created: true })
    await connection.sobject('Account').destroy(id)
    await expect(connection.sobject('Account').retrieve(id)).rejects.toMatchObject({ errorCode: 'NOT_FOUND' })
  })

  it('raises an error with its code and fields', async () => {
    await expect(connection.sobject('Contact').create({ FirstName: 'x' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [LastName]',
    })
    await expect(
      connection.sobject('Contact').create({ LastName: 'x', Email: 'bad', FirstName: 'f'.repeat(41) }),
    ).rejects.toMatchObject({
      name: 'MULTIPLE_API_ERRORS',
    })
  })

  it('queries page by page and keeps the meter', async () => {
    const result = await connection.query("SELECT Id, Name FROM Contact WHERE Email LIKE 'p%'", {
      autoFetch: true,
      maxFetch: 10_000,
    })
    expect([result.totalSize, result.records.length, result.done]).toEqual([4500, 4500, true])
    expect(connection.limitInfo.apiUsage).toMatchObject({ limit: 100_000 })
  })

  it('works on many records at once, each with its own outcome', async () => {
    const results = await connection.sobject('Contact').create([{ LastName: 'One' }, { LastName: 'Two', Email: 'bad' }])
    expect(results).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS' }] },
    ])
    const id = results[0]?.id ?? ''
    expect(await connection.sobject('Contact').update([{ Id: id, Title: 'T' }])).toMatchObject([{ success: true, id }])
    expect(await connection.sobject('Contact').retrieve([id])).toMatchObject([{ Id: id, Title: 'T' }])
    expect(await connection.sobject('Contact').destroy([id])).toMatchObject([{ success: true, id }])
  })

  it('describes', async () => {
    const described = await connection.sobject('CampaignMember').describe()
    expect(described.fields.find(({ name }) => name === 'CampaignId')).toMatchObject({
      type: 'reference',
      referenceTo: ['Campaign'],
      updateable: false,
    })
    const { sobjects } = await connection.describeGlobal()
    expect(sobjects.map(({ name }) => name)).toContain('Lead')
    expect((await connection.limits())['DailyApiRequests']).toMatchObject({ Max: 100_000 })
  })

  it('renews its session when it ends in the middle', async () => {
    let renewals = 0
    const renewing = new Connection({
      version: '66.0',
      instanceUrl: running.org.url,
      accessToken: running.token,
      refreshFn: (_connection, done) => {
        renewals++
        running.logIn().then(
          () => {
            done(null, running.token)
          },
          (error: unknown) => {
            done(error instanceof Error ? error : new Error(String(error)))
          },
        )
      },
    })
    running.org.expireSessions()
    expect((await renewing.query('SELECT Id FROM Contact LIMIT 1')).totalSize).toBe(1)
    expect(renewals).toBe(1)
  })

  it('loads and exports in bulk', async () => {
    const { made } = await connect()
    made.bulk2.pollInterval = 5
    const rows = Array.from({ length: 300 }, (_, i) => ({
      LastName: `Bulk ${i}`,
      Email: i === 7 ? 'bad' : `b${i}@example.org`,
    }))
    const outcome = await made.bulk2.loadAndWaitForResults({ object: 'Contact', operation: 'insert', input: rows })
    expect([outcome.successfulResults.length, outcome.failedResults.length]).toEqual([299, 1])
    const records = await (
      await made.bulk2.query("SELECT LastName FROM Contact WHERE LastName LIKE 'Bulk %'")
    ).toArray()
    expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(299)
  })
})
