import type { Connection } from 'jsforce'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RunningOrg } from '../../playground/org/running-org.js'
import { connect, people } from './connected.js'

const ALL = "SELECT Id, Email FROM Contact WHERE Email LIKE 'p%' ORDER BY Email"
const UNEVEN = [700, 3, 2000, 1, 450]

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.load('Contact', people(12_345))
  running.org.load('Account', [{ Name: 'Acme' }])
  connection = await connect(running)
})

beforeEach(() => {
  running.org.settings.pageSizes = UNEVEN
  running.org.requests.clear()
})

afterAll(() => running.org.close())

const emails = (records: readonly object[]) => new Set(records.map((record) => JSON.stringify(record)))

describe('jsforce reads query pages', () => {
  it('one when nothing else is asked for, and says where the next one is', async () => {
    const first = await connection.query(ALL)
    expect([first.totalSize, first.done, first.records.length]).toEqual([12_345, false, 700])
    expect(first.nextRecordsUrl).toMatch(/\/services\/data\/v66\.0\/query\/01g\w{15}-700$/)
    const second = await connection.queryMore(first.nextRecordsUrl ?? '')
    expect([second.totalSize, second.records.length]).toEqual([12_345, 3])
  })

  it('all of them by autoFetch, each record once, whatever the pages hold', async () => {
    const { records, done } = await connection.query(ALL, { autoFetch: true, maxFetch: 20_000 })
    expect([records.length, emails(records).size, done]).toEqual([12_345, 12_345, true])
    expect(running.org.requests.total).toBeGreaterThan(15)
  })

  it('and stops quietly at 10,000 when maxFetch is not set (pitfalls §2)', async () => {
    const { records, totalSize } = await connection.query(ALL, { autoFetch: true })
    expect([records.length, totalSize]).toEqual([10_000, 12_345])
  })

  it('as events, record by record', async () => {
    let seen = 0
    const query = connection.query(ALL).on('record', () => seen++)
    await query.run({ autoFetch: true, maxFetch: 3000 })
    expect(seen).toBe(3000)
  })

  it('and is told that a page is gone', async () => {
    const gone = '/services/data/v66.0/query/01g000000000001AAA-700'
    await expect(connection.queryMore(gone)).rejects.toMatchObject({ errorCode: 'INVALID_QUERY_LOCATOR' })
  })

  it('of deleted records too, when it scans all', async () => {
    const id = await running.create('Contact', { LastName: 'Short-lived' })
    await connection.sobject('Contact').destroy(id)
    const soql = "SELECT Id, IsDeleted FROM Contact WHERE LastName = 'Short-lived'"
    expect((await connection.query(soql)).totalSize).toBe(0)
    expect((await connection.query(soql, { scanAll: true })).records).toMatchObject([{ Id: id, IsDeleted: true }])
  })
})

describe('jsforce composes a query', () => {
  beforeEach(() => {
    running.org.settings.pageSizes = [2000]
  })

  it('from conditions, fields, order, limit and offset', async () => {
    const found = await connection
      .sobject('Contact')
      .find({ Email: { $like: 'p10_@example.org' }, LastName: { $ne: 'Person p100' } }, 'LastName, Email')
      .sort({ Email: 1 })
      .limit(2)
      .skip(1)
    expect(found).toMatchObject([{ Email: 'p102@example.org' }, { Email: 'p103@example.org' }])
  })

  it('for one record, for a count, and with all fields of a describe', async () => {
    const contacts = connection.sobject('Contact')
    expect(await contacts.findOne({ Email: 'P7@EXAMPLE.ORG' }, ['LastName'])).toMatchObject({ LastName: 'Person p7' })
    expect(await contacts.count({ Email: { $like: 'p12__@example.org' } })).toBe(100)
    const [whole] = await contacts.find({ Email: 'p7@example.org' }).execute()
    expect(Object.keys(whole ?? {})).toEqual(expect.arrayContaining(['Id', 'MailingAddress', 'SystemModstamp']))
  })

  it('that changes or deletes what it finds', async () => {
    for (const LastName of ['Sweep', 'Sweep', 'Keep']) await running.create('Contact', { LastName })
    const sweep = { LastName: 'Sweep' }
    const updated = await connection.sobject('Contact').find(sweep).update({ Title: 'Swept: ${LastName}' })
    expect(updated).toMatchObject([{ success: true }, { success: true }])
    expect(await connection.sobject('Contact').find(sweep, 'Title')).toMatchObject([
      { Title: 'Swept: Sweep' },
      { Title: 'Swept: Sweep' },
    ])
    expect(await connection.sobject('Contact').find(sweep).destroy()).toHaveLength(2)
    expect(await connection.sobject('Contact').count({ LastName: 'Keep' })).toBe(1)
  })

  it('without WHERE when a list is empty: the whole object (pitfalls §1, 9)', async () => {
    const contacts = connection.sobject('Contact')
    expect(await contacts.count({ Email: { $in: [] } })).toBe(running.org.store.count('Contact'))
  })

  it('with a backslash that swallows the quote (pitfalls §1, 9)', async () => {
    const query = connection.sobject('Contact').find({ LastName: 'ends in \\' }, 'Id')
    await expect(query.execute()).rejects.toMatchObject({ errorCode: 'MALFORMED_QUERY' })
  })
})
