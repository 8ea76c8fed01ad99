import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunningOrg } from './running-org.js'

let running: RunningOrg
const ADA = { FirstName: 'Ada', LastName: 'Lovelace', Company: 'Engines', Email: 'ada@example.org' }

beforeEach(async () => {
  running = await RunningOrg.start()
})
afterEach(() => running.org.close())

const create = (values: object, headers = {}) => running.call('POST', '/sobjects/Lead', values, headers)
const ownerOf = (Email: string) =>
  [...running.org.store.scan('Lead')].find((row) => row['Email'] === Email)?.['OwnerId']

describe('an assignment rule', () => {
  it('gives a new lead to somebody unless the caller says no', async () => {
    running.org.settings.leadAssignment = '00G5d0000000001AAA'
    await create(ADA)
    expect(ownerOf('ada@example.org')).toBe('00G5d0000000001AAA')
    await create({ ...ADA, LastName: 'Byron', Email: 'byron@example.org' }, { 'Sforce-Auto-Assign': 'FALSE' })
    expect(ownerOf('byron@example.org')).toMatch(/^005/)
  })

  it('gives a new lead to nobody where there is none', async () => {
    await create(ADA)
    expect(ownerOf('ada@example.org')).toMatch(/^005/)
  })
})

describe('the duplicate rule of leads', () => {
  it('compares names within a company when it is told to', async () => {
    await create(ADA)
    expect((await create({ ...ADA, Email: 'ada@other.example' })).status).toBe(201)
    running.org.settings.duplicatesByCompany = true
    const { status, json } = await create({ ...ADA, Company: 'ENGINES', Email: 'ada@third.example' })
    expect(status).toBe(400)
    expect(json).toMatchObject([{ errorCode: 'DUPLICATES_DETECTED', duplicateResut: { matchResults: [{ size: 2 }] } }])
    expect((await create({ ...ADA, Company: 'Looms', Email: 'ada@fourth.example' })).status).toBe(201)
  })
})
