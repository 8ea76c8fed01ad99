import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { picklist } from '../../../src/playground/org/fields.js'
import { textAt, valueAt } from '../org/running-org.js'
import { ControlledOrg } from './controlled-org.js'

let controlled: ControlledOrg

beforeAll(async () => {
  controlled = await ControlledOrg.start()
})
beforeEach(async () => {
  await controlled.post('/reset', { to: 'empty' })
  await controlled.client.logIn()
})
afterAll(() => controlled.close())

const seedLines = (lines: string) => controlled.ask('POST', '/seed', lines, { 'Content-Type': 'application/x-ndjson' })
const refusal = (json: unknown) => [textAt(json, 'error'), textAt(json, 'fix')]
const ACCOUNT = '0015e0000000001AAA'
const CONTACT = '0035e0000000001AAA'

/** Two people on a campaign, one of whom responded, an account with a custom field, and somebody deleted. */
const PLACE = {
  CampaignMember: [
    { CampaignId: '7015e0000000001AAA', ContactId: CONTACT, Status: 'Responded' },
    { CampaignId: '7015e0000000001AAA', LeadId: '00Q5e0000000001EAA', Status: 'Sent' },
  ],
  CampaignMemberStatus: [
    { CampaignId: '7015e0000000001AAA', Label: 'Sent', IsDefault: true, HasResponded: false, SortOrder: 1 },
    { CampaignId: '7015e0000000001AAA', Label: 'Responded', HasResponded: true, SortOrder: 2 },
  ],
  Campaign: [{ Id: '7015e0000000001AAA', Name: 'Spring', StartDate: '2026-05-04' }],
  Lead: [{ Id: '00Q5e0000000001EAA', LastName: 'Nakamura', Company: 'Initech' }],
  Contact: [
    {
      Id: CONTACT,
      LastName: 'Okafor',
      AccountId: ACCOUNT,
      Email: 'Ada@Example.org',
      CreatedDate: '2025-01-31T12:00:00Z',
    },
    { LastName: 'Gone', IsDeleted: true },
  ],
  Account: [{ Id: ACCOUNT, Name: 'Initech', Tier__c: 'Gold' }],
}

function defineTier(): void {
  controlled.org.define('Account', [picklist('Tier__c', 'Tier', ['Gold', 'Silver'])])
}

describe('seed', () => {
  it('loads a document of objects, parents first whatever the order, as clients then see them', async () => {
    defineTier()
    const { status, json } = await controlled.post('/seed', PLACE)
    expect([status, json]).toEqual([
      200,
      { loaded: { Account: 1, Contact: 2, Lead: 1, Campaign: 1, CampaignMemberStatus: 2, CampaignMember: 2 } },
    ])
    const soql = 'SELECT Name, Email, CreatedDate, Account.Name FROM Contact'
    expect(await controlled.client.records(soql)).toMatchObject([
      {
        Name: 'Okafor',
        Email: 'Ada@Example.org',
        CreatedDate: '2025-01-31T12:00:00.000+0000',
        Account: { Name: 'Initech' },
      },
    ])
    const counts = 'SELECT NumberOfContacts, NumberOfLeads, NumberOfResponses FROM Campaign'
    expect(await controlled.client.records(counts)).toEqual([
      { NumberOfContacts: 1, NumberOfLeads: 1, NumberOfResponses: 1 },
    ])
  })

  it('overwrites a record that is there, and applies no rule of saving', async () => {
    await controlled.post('/seed', { Contact: [{ Id: CONTACT, LastName: 'Okafor', Email: 'no address at all' }] })
    await controlled.post('/seed', { contact: [{ id: CONTACT, lastname: 'Okonkwo' }] })
    expect(await controlled.client.records('SELECT LastName, Email FROM Contact')).toEqual([
      { LastName: 'Okonkwo', Email: 'no address at all' },
    ])
  })

  it.each([
    [{ Contcat: [] }, 'the org has no object Contcat', 'Did you mean Contact?'],
    [{ Contact: { LastName: 'x' } }, 'Contact is no list of records', 'Send {"Contact": [{…}, {…}]}.'],
    [{ Contact: [{ LastNmae: 'x' }] }, 'Contact 1: Contact has no field LastNmae', 'Did you mean LastName?'],
    [
      { Contact: [{ Birthdate: '31/01/1990' }] },
      'Contact 1: Birthdate is of type date, not "31/01/1990"',
      '2026-05-04',
    ],
    [{ Contact: [{ Id: ACCOUNT, LastName: 'x' }] }, `Contact 1: "${ACCOUNT}" is no Id of Contact`, 'begins with 003'],
    [{ Contact: [{ LastName: 'x' }, 1] }, 'Contact is no list of records', 'Nothing was loaded'],
  ])('says what is wrong with %j', async (body, error, fix) => {
    const answer = await controlled.post('/seed', body)
    expect([400, 404]).toContain(answer.status)
    expect(refusal(answer.json)[0]).toBe(error)
    if (fix !== 'Nothing was loaded') expect(refusal(answer.json)[1]).toContain(fix)
    expect(controlled.org.store.count('Contact')).toBe(0)
  })

  it('names the line of a mistake, and what was loaded before it', async () => {
    const line = (name: string, value: string) => `{"attributes":{"type":"Contact"},"${name}":"${value}"}`
    const lines = [
      line('LastName', 'one'),
      '',
      '{"attributes":{"type":"Lead"},"LastName":"two"}',
      line('Name_', 'three'),
    ]
    const answer = await seedLines(lines.join('\n'))
    expect(answer.status).toBe(400)
    expect(refusal(answer.json)).toEqual([
      'line 4: Contact has no field Name_',
      'Did you mean Name? Loaded before it: 1 Contact, 1 Lead.',
    ])
    expect(refusal((await seedLines('{"LastName":"x"}')).json)[0]).toBe('line 1 does not say its object')
    expect(refusal((await seedLines('{"attributes"')).json)[0]).toMatch(/^line 1: not JSON/u)
  })
})

describe('dump', () => {
  it('gives what seed takes back into an empty org: records, ids, dates, custom fields, what is deleted, what is counted', async () => {
    defineTier()
    await controlled.post('/seed', PLACE)
    const first = await controlled.get('/dump')
    expect(first.headers['content-type']).toBe('application/x-ndjson')
    await controlled.post('/reset', { to: 'empty' })
    expect((await controlled.get('/dump/Contact')).text).toBe('')
    const { json } = await seedLines(first.text)
    expect(valueAt(json, 'loaded')).toMatchObject({ Contact: 2, CampaignMember: 2, User: 1, Organization: 1 })
    expect((await controlled.get('/dump')).text).toBe(first.text)
    await controlled.client.logIn()
    expect(await controlled.client.records('SELECT NumberOfContacts, NumberOfResponses FROM Campaign')).toEqual([
      { NumberOfContacts: 1, NumberOfResponses: 1 },
    ])
    expect(await controlled.client.records('SELECT Tier__c FROM Account')).toEqual([{ Tier__c: 'Gold' }])
  })

  it('gives one object, by its name in any case', async () => {
    await controlled.post('/seed', { Contact: [{ Id: CONTACT, LastName: 'O\u2028kafor\n' }], Account: [{ Name: 'x' }] })
    const { text } = await controlled.get('/dump/contact')
    expect(text.match(/"attributes":\{"type":"Contact"\}/gu)).toHaveLength(1)
    await controlled.post('/reset', { to: 'empty' })
    await seedLines(text)
    expect(controlled.org.store.get(CONTACT)?.['LastName']).toBe('O\u2028kafor\n')
  })
})

describe('reset', () => {
  it('to empty leaves the org and its user, no fields of its own, and everything as it was set at the start', async () => {
    defineTier()
    await controlled.post('/seed', PLACE)
    await controlled.post('/settings', { pageSizes: [1] })
    await controlled.post('/faults', { kind: 'drop', path: '*/nowhere' })
    await controlled.post('/clock', { advance: '2h' })
    const { json } = await controlled.post('/reset', { to: 'empty' })
    expect(json).toMatchObject({ reset: 'empty', records: { Contact: 0, Campaign: 0, User: 1, Organization: 1 } })
    expect((await controlled.get('/faults')).json).toEqual([])
    expect((await controlled.get('/clock')).json).toMatchObject({ aheadMs: 0 })
    expect(controlled.org.settings.pageSizes).toEqual([2000])
    const query = await controlled.client.query('SELECT Tier__c FROM Account')
    expect(query.status).toBe(400)
  })

  it('forgets jobs and cursors', async () => {
    const { json: job } = await controlled.call('POST', '/jobs/ingest', { object: 'Contact', operation: 'insert' })
    await controlled.post('/settings', { pageSizes: [1] })
    await controlled.post('/seed', { Contact: [{ LastName: 'a' }, { LastName: 'b' }] })
    const { json: page } = await controlled.client.query('SELECT Id FROM Contact')
    await controlled.post('/reset', { to: 'empty' })
    expect((await controlled.call('GET', `/jobs/ingest/${textAt(job, 'id')}`)).status).toBe(404)
    const next = await controlled.client.send('GET', textAt(page, 'nextRecordsUrl'))
    expect(next.json).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }])
  })

  it('has no story to tell where none was told', async () => {
    const answer = await controlled.post('/reset', {})
    expect([answer.status, ...refusal(answer.json)]).toEqual([
      409,
      'no story was told to this org',
      'Send {"to": "empty"}.',
    ])
    expect((await controlled.post('/reset', { to: 'yesterday' })).status).toBe(400)
  })
})
