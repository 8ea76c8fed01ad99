import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NormalEmail } from '../../src/domain/email.js'
import { parseSoql } from '../../src/playground/org/soql/parser.js'
import { isMarketingUser, readCampaigns, updateCampaign } from '../../src/salesforce/campaigns.js'
import { exportRows } from '../../src/salesforce/export.js'
import type { HttpRequest } from '../../src/salesforce/jsforce.js'
import { countByStatus, readMembers, readMembersById, readMembersOf } from '../../src/salesforce/members.js'
import { People } from '../../src/salesforce/people.js'
import { readPresent } from '../../src/salesforce/present-records.js'
import { queryLists } from '../../src/salesforce/query.js'
import { readBinned } from '../../src/salesforce/recycle-bin.js'
import { soql } from '../../src/salesforce/soql.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'

/** Pieces of what an attacker would try, and of what makes lexers stumble; U+0000 is refused (test/salesforce/soql.test.ts). */
const PIECES = [
  "'",
  '"',
  '\\',
  "\\'",
  "' OR Id != null OR Name = '",
  "') OR (Id != null",
  "x') LIMIT 0 --",
  "' FOR UPDATE",
  ' UNION SELECT Id FROM User',
  '\n',
  '\r\n',
  '\t',
  '\b',
  '\f',
  '%',
  '_',
  '\u2028',
  '\u00a0',
  '\ufeff',
  '\ud800',
  'ʼ',
  '’',
  '/*',
  '-- ',
  ':name',
  '{}',
  'ana@example.com',
  'é',
  '花',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 8 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((pieces) => pieces.join('').replaceAll('\u0000', ''))
  .filter((text) => text !== '')

const FIELDS = {
  Contact: new Set(['Id', 'Email', 'Name', 'FirstName', 'LastName', 'Title', 'AccountId', 'Key__c']),
  Lead: new Set(['Id', 'Email', 'Name', 'FirstName', 'LastName', 'Company', 'IsConverted']),
  Account: new Set(['Id', 'Name', 'Website']),
}
const people = ({ org }: OrgAndClient) => new People(org, FIELDS, { tier: 'Tier__c', ownKey: 'Key__c' })
const address = (text: string) => [`${text}@example.com` as NormalEmail]
const link = (contactId: string) => [
  { who: { participantId: '', link: { contactId } }, found: { contacts: [], leads: [] } },
]
const none = () => undefined

/** Every way that a value of a person, of a file or of the org goes into a statement. */
const WAYS: [name: string, ask: (at: OrgAndClient, value: string) => Promise<unknown>][] = [
  ['addresses of people', (at, value) => people(at).byAddress(address(value))],
  [
    'addresses and domains of a lookup',
    // A domain of its own, whatever the value: people of one domain are asked for by one pattern.
    (at, value) => people(at).withSurroundings([...address(value), `ana@${value}.example.org` as NormalEmail]),
  ],
  ['stored links', (at, value) => people(at).complete(link(value))],
  ['memberships by id', (at, value) => people(at).membershipsOf([value])],
  ['campaigns by stored id or --adopt', ({ org }, value) => readCampaigns(org, { ids: [value], names: [] })],
  ['campaigns by an event’s name', ({ org }, value) => readCampaigns(org, { ids: [], names: [value] })],
  [
    'campaigns by an external id',
    ({ org }, value) => readCampaigns(org, { ids: [], names: [], key: { field: 'Description', values: [value] } }),
  ],
  [
    'the user of a login',
    ({ org }, value) =>
      queryLists(org, [{ values: [value], statement: (some) => soql`SELECT Id FROM User WHERE Id IN ${some}` }]),
  ],
  ['members of a campaign', ({ org }, value) => readMembers(org, value, 1, impatientClock())],
  ['members of a campaign, by an export', ({ org }, value) => readMembers(org, value, 1_000_000, impatientClock())],
  ['members by id', ({ org }, value) => readMembersById(org, [value])],
  [
    'members by campaign and person',
    ({ org }, value) => readMembersOf(org, [value], { ContactId: [value], LeadId: [value], Id: [value] }),
  ],
  ['members by status', ({ org }, value) => countByStatus(org, value)],
  [
    'records by any field',
    ({ org }, value) =>
      readPresent(org, [{ object: 'Contact', fields: ['Id', 'Email'], by: 'LastName', values: [value] }]),
  ],
  [
    'records within others',
    ({ org }, value) =>
      readPresent(org, [
        { object: 'Lead', fields: ['Id'], by: 'Email', values: [value], within: { field: 'Company', values: [value] } },
      ]),
  ],
  [
    'counts of records',
    ({ org }, value) =>
      readPresent(org, [
        { object: 'CampaignMember', fields: ['Status'], by: 'CampaignId', values: [value], counted: true },
      ]),
  ],
  [
    'the recycle bin',
    ({ org }, value) => readBinned(org, { object: 'Lead', fields: ['Id', 'Email'], by: 'Email', values: [value] }),
  ],
]

/** Every statement in what was sent. */
function statementsIn({ url, body }: HttpRequest): string[] {
  if (typeof body !== 'string' || !url.includes('/services/data/')) return []
  const sent = JSON.parse(body) as { query?: string; compositeRequest?: { url: string }[] }
  const asked = (sent.compositeRequest ?? []).map((each) => new URL(each.url, url).searchParams.get('q'))
  return [sent.query, ...asked].filter((each) => typeof each === 'string')
}

/** What a statement is, whatever its text values are; where in the text something stands is left out. */
function structure(statement: string): unknown {
  return JSON.parse(
    JSON.stringify(parseSoql(statement), (key, value: unknown) => {
      if (key === 'start' || key === 'end') return undefined
      const isText = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'string'
      if (isText) return 'a text'
      return key === 'pattern' ? 'a pattern' : value
    }),
  ) as unknown
}

describe('whatever somebody is called', () => {
  let at: OrgAndClient
  let sent: string[] = []

  beforeAll(async () => {
    at = await anOrg()
    at.playground.load('Contact', [
      { LastName: 'Okafor', Email: 'ada@example.com' },
      { LastName: "O'Brien", Email: "o'brien@example.com" },
    ])
    const exchange = at.org.transport.httpRequest.bind(at.org.transport)
    at.org.transport.httpRequest = (request) => {
      sent.push(...statementsIn(request))
      return exchange(request)
    }
  })
  afterAll(() => at.close())

  async function askedFor(ask: (typeof WAYS)[number][1], value: string): Promise<string[]> {
    sent = []
    await ask(at, value).catch(none)
    return sent
  }

  test.each(WAYS)('%s: the statement stays the one that it is', async (_, ask) => {
    const plain = (await askedFor(ask, 'plain')).map(structure)
    expect(plain.length).toBeGreaterThan(0)
    await fc.assert(
      fc.asyncProperty(hostile, async (value) => {
        expect((await askedFor(ask, value)).map(structure)).toEqual(plain)
      }),
      { numRuns: 25 },
    )
  })

  test('the org answers with the records that have this very value, and no other', async () => {
    const read = async (value: string) => {
      const wanted = { object: 'Contact', fields: ['LastName'], by: 'LastName', values: [value] }
      return (await readPresent(at.org, [wanted])).flat().map(({ LastName }) => LastName)
    }
    expect(await read("O'Brien")).toEqual(["O'Brien"])
    await fc.assert(
      fc.asyncProperty(hostile, async (value) => {
        for (const name of await read(value)) expect(name?.toLowerCase()).toBe(value.trim().toLowerCase())
      }),
      { numRuns: 60 },
    )
  })

  test('and the parser of this test tells an injection from a value', () => {
    const statement = (name: string) => `SELECT Id FROM Contact WHERE Name = '${name}'`
    expect(structure(statement("' OR Id != null OR Name = '"))).not.toEqual(structure(statement('Ana')))
  })
})

describe('names of fields and objects, which a config file may hold', () => {
  let at: OrgAndClient
  beforeAll(async () => {
    at = await anOrg()
  })
  afterAll(() => at.close())

  test('are names, or nothing is asked', async () => {
    const names = hostile.filter((text) => !/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*$/u.test(text))
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const calls = at.org.calls
        const where = { values: ['x'], fields: ['Id'], object: 'Contact', by: 'Id' }
        const asked = [
          () => readCampaigns(at.org, { ids: ['x'], names: [], key: { field: name, values: [] } }),
          () => readPresent(at.org, [{ ...where, by: name }]),
          () => readPresent(at.org, [{ ...where, fields: [name] }]),
          () => readPresent(at.org, [{ ...where, object: name }]),
          () => readPresent(at.org, [{ ...where, within: { field: name, values: ['x'] } }]),
          () => readBinned(at.org, { ...where, by: name }),
        ]
        for (const ask of asked) await expect((async () => ask())()).rejects.toMatchObject({ code: 'SOQL_VALUE' })
        expect(at.org.calls).toBe(calls)
      }),
      { numRuns: 25 },
    )
  })

  test('are asked for only where the org describes them', () => {
    const wanted = { tier: "Tier__c FROM Account WHERE Id != ''", ownKey: 'Key__c, (SELECT Id FROM Cases)' }
    const { contactFields, missingFields } = new People(at.org, FIELDS, wanted)
    expect(contactFields.filter((name) => /\W/u.test(name.replaceAll('.', '')))).toEqual([])
    expect(missingFields.join()).toContain(wanted.ownKey)
  })

  test('and an id in a path is one piece of it', async () => {
    const before = at.playground.requests.total
    for (const id of ['../User/005', 'a/b?c=d', '701#x', '%2e%2e%2fUser', '..'])
      await updateCampaign(at.org, id, { Name: 'x' }).catch(none)
    await isMarketingUser(at.org)
    const paths = at.playground.requests.list().map(({ path }) => path)
    expect(at.playground.requests.total).toBeGreaterThan(before)
    expect(paths.filter((path) => /\/User|\/\.\.(?:\/|$)/u.test(path))).toEqual([])
  })
})

test('every file that writes a statement is in the table above', () => {
  const directory = join(import.meta.dirname, '../../src')
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const writing = files.filter(
    (file) =>
      /\.tsx?$/u.test(file) &&
      !file.startsWith('playground') &&
      readFileSync(join(directory, file), 'utf8').includes('soql`'),
  )
  expect(writing.map((file) => file.replaceAll('\\', '/')).sort()).toEqual(
    ['campaigns', 'members', 'people', 'present-records', 'recycle-bin', 'soql'].map((name) => `salesforce/${name}.ts`),
  )
  expect(exportRows).toBeTypeOf('function')
})
