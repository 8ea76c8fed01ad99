import { describe, expect, test } from 'vitest'
import { picklist } from '../../../../src/playground/org/fields.js'
import { orgOf } from './small-org.js'

const [acme, ada, bob, hack] = ['0015e000000000aAAA', '0035e000000000aAAA', '0035e000000000bAAA', '7015e000000000aAAA']
const org = orgOf({
  Account: [{ Id: acme, Name: 'Acme' }],
  Contact: [
    { Id: ada, LastName: 'Lovelace', FirstName: 'Ada', Email: 'ada@x.org', AccountId: acme, LeadSource: 'Web' },
    { Id: bob, LastName: 'Bobson', LeadSource: 'web', CreatedDate: Date.parse('2022-02-15T06:21:19Z') },
    { Id: '0035e000000000cAAA', LastName: 'Curie', LeadSource: 'Other', ReportsToId: ada },
  ],
  Lead: [{ Id: '00Q5e000000000aEAA', LastName: 'Lead', Company: 'Acme' }],
  Campaign: [{ Id: hack, Name: 'Hack' }],
  CampaignMember: [
    { CampaignId: hack, ContactId: ada, Status: 'Sent' },
    { CampaignId: hack, ContactId: bob, Status: 'Responded', IsDeleted: true },
    { CampaignId: hack, LeadId: '00Q5e000000000aEAA', Status: 'Sent' },
  ],
})
const attributes = (type: string, id: string) => ({ type, url: `/services/data/v66.0/sobjects/${type}/${id}` })
const one = (soql: string) => org.records(soql)[0]

describe('a record in JSON', () => {
  test('begins with its attributes, has the names of the schema and null for what is missing', () => {
    const record = one(`select id, LASTNAME, email, createddate from contact where id = '${bob}'`)
    expect(JSON.stringify(record)).toBe(
      JSON.stringify({
        attributes: attributes('Contact', bob),
        Id: bob,
        LastName: 'Bobson',
        Email: null,
        CreatedDate: '2022-02-15T06:21:19.000+0000',
      }),
    )
  })

  test('nests parents with attributes of their own, and has null for no parent', () => {
    const soql = `SELECT Account.Name, Id, Account.Owner.Name, ReportsTo.Id FROM Contact WHERE Id IN ('${ada}') `
    expect(one(soql)).toEqual({
      attributes: attributes('Contact', ada),
      Account: {
        attributes: attributes('Account', acme),
        Name: 'Acme',
        Owner: { attributes: attributes('User', '0055e000000000aAAA'), Name: 'Ada Lovelace' },
      },
      Id: ada,
      ReportsTo: null,
    })
  })

  test('reaches the fields of the Name object through a reference to several objects', () => {
    expect(one('SELECT Owner.Name, Owner.Type FROM Lead')).toEqual({
      attributes: attributes('Lead', '00Q5e000000000aEAA'),
      Owner: { attributes: attributes('User', '0055e000000000aAAA'), Name: 'Ada Lovelace', Type: 'User' },
    })
    expect(org.values("SELECT LastName FROM Lead WHERE Owner.Type = 'User'")).toEqual(['Lead'])
    expect(org.refusal('SELECT Owner.Company FROM Lead').message).toContain("No such column 'Company' on entity 'Name'")
  })

  test('composes an address', () => {
    expect(one(`SELECT MailingAddress FROM Contact WHERE Id = '${ada}'`)).toMatchObject({ MailingAddress: null })
  })

  test('holds its children in a result of their own, or null when it has none', () => {
    const soql = 'SELECT Id, (SELECT Status, Campaign.Name FROM CampaignMembers) FROM Contact ORDER BY Id'
    const [first, second] = org.records(soql)
    expect(first).toMatchObject({
      CampaignMembers: { totalSize: 1, done: true, records: [{ Status: 'Sent', Campaign: { Name: 'Hack' } }] },
    })
    expect(second).toMatchObject({ Id: bob, CampaignMembers: null })
  })

  test('holds children of children', () => {
    const soql = 'SELECT Name, (SELECT LastName, (SELECT Status FROM CampaignMembers) FROM Contacts) FROM Account'
    expect(one(soql)).toMatchObject({
      Contacts: { records: [{ LastName: 'Lovelace', CampaignMembers: { records: [{ Status: 'Sent' }] } }] },
    })
  })

  test('has fields that depend on what a reference points to', () => {
    const owner = { attributes: attributes('User', '0055e000000000aAAA') }
    expect(one('SELECT TYPEOF Owner WHEN User THEN Username, LastName ELSE Name END FROM Lead')).toEqual({
      attributes: attributes('Lead', '00Q5e000000000aEAA'),
      Owner: { ...owner, Username: 'ada@example.org', LastName: 'Lovelace' },
    })
    expect(one('SELECT TYPEOF Owner WHEN Group THEN Name ELSE Alias END FROM Lead')).toMatchObject({
      Owner: { ...owner, Alias: null },
    })
  })

  test('has the label of a picklist value, under an alias too', () => {
    const labels = { value: 'web', label: 'Internet', active: true, defaultValue: false }
    const source = picklist('Source__c', 'Source', [], { picklistValues: [labels] })
    const { store, records } = orgOf({})
    store.define('Contact', [source])
    store.load('Contact', [{ LastName: 'A', Source__c: 'web' }])
    const soql = 'SELECT Source__c, toLabel(Source__c) told, toLabel(LeadSource) FROM Contact'
    expect(records(soql)).toMatchObject([{ Source__c: 'web', told: 'Internet', LeadSource: null }])
    expect(records('SELECT toLabel(Source__c) FROM Contact')).toMatchObject([{ Source__c: 'Internet' }])
  })

  test('has all fields, the standard or the custom ones, but none that is hidden', () => {
    const { records } = orgOf(
      { Contact: [{ LastName: 'A', Key__c: 'k' }] },
      { hidden: (_, field) => field === 'DoNotCall' },
    )
    const names = (set: string) =>
      Object.keys(records(`SELECT FIELDS(${set}) FROM Contact LIMIT 200`)[0] ?? {}).slice(1)
    expect(names('CUSTOM')).toEqual(['Key__c', 'Skills__c'])
    expect(names('STANDARD')).toEqual(expect.arrayContaining(['Id', 'LastName', 'MailingAddress']))
    expect(names('ALL')).toHaveLength(names('STANDARD').length + names('CUSTOM').length)
    expect(names('ALL')).not.toContain('DoNotCall')
    expect(records('SELECT FIELDS(STANDARD), Key__c FROM Contact')).toHaveLength(1)
  })

  test('filters, sorts and limits children', () => {
    const soql =
      "SELECT Id, (SELECT LastName FROM Contacts WHERE LastName LIKE 'l%' ORDER BY LastName LIMIT 1) FROM Account"
    expect(one(soql)).toMatchObject({ Contacts: { totalSize: 1, records: [{ LastName: 'Lovelace' }] } })
  })
})

describe('a semi-join', () => {
  test.each([
    ["Id IN (SELECT ContactId FROM CampaignMember WHERE Campaign.Name = 'hack')", ['Lovelace']],
    ['Id NOT IN (SELECT ContactId FROM CampaignMember)', ['Bobson', 'Curie']],
    [
      "AccountId IN (SELECT Id FROM Account WHERE Name = 'Acme') AND Id IN (SELECT ContactId FROM CampaignMember)",
      ['Lovelace'],
    ],
    ["(Id IN (SELECT ContactId FROM CampaignMember)) AND LastName = 'nobody'", []],
  ])('WHERE %s', (condition, expected) => {
    expect(org.values(`SELECT LastName FROM Contact WHERE ${condition}`)).toEqual(expected)
  })
})

describe('an aggregate', () => {
  const shown = (soql: string) => org.records(soql)
  const result = (values: object) => ({ attributes: { type: 'AggregateResult' }, ...values })

  test('COUNT() counts without records, LIMIT included', () => {
    const counted = org.run('SELECT COUNT() FROM Contact')
    expect([counted.kind, counted.rows.length, counted.columns]).toEqual(['count', 3, []])
    expect(org.run('SELECT COUNT() FROM Contact LIMIT 2').rows).toHaveLength(2)
  })

  test('without an alias is called expr0, expr1, and is one record even of nothing', () => {
    expect(shown('SELECT COUNT(Id), COUNT(Email), COUNT_DISTINCT(LeadSource) src FROM Contact')).toEqual([
      result({ expr0: 3, expr1: 1, src: 2 }),
    ])
    expect(shown("SELECT COUNT(Id), MAX(CreatedDate) FROM Contact WHERE LastName = 'nobody'")).toEqual([
      result({ expr0: 0, expr1: null }),
    ])
  })

  test('groups without case, sorts by an aggregate and limits groups', () => {
    const soql = 'SELECT LeadSource, COUNT(Id) n FROM Contact GROUP BY LeadSource ORDER BY COUNT(Id) DESC'
    const [first, second] = shown(soql)
    expect(first).toMatchObject({ n: 2 })
    expect(second).toEqual(result({ LeadSource: 'Other', n: 1 }))
    expect(shown(`${soql} LIMIT 1`)).toHaveLength(1)
  })

  test.each([
    ['HAVING COUNT(Id) > 1', [2]],
    ["HAVING COUNT(Id) >= 1 AND LeadSource = 'other'", [1]],
    ["HAVING LeadSource LIKE 'o%' OR COUNT(Email) = 1", [2, 1]],
    ['HAVING NOT COUNT(Id) IN (1, 3)', [2]],
    ["HAVING MIN(LastName) < 'C'", [2]],
    ['HAVING COUNT(Id) > 5', []],
  ])('keeps groups by %s', (having, counts) => {
    const soql = `SELECT COUNT(Id) n FROM Contact GROUP BY LeadSource ${having} ORDER BY COUNT(Id) DESC`
    expect(shown(soql)).toEqual(counts.map((n) => result({ n })))
  })

  test.each([
    [
      'SELECT LeadSource FROM Contact GROUP BY LeadSource HAVING LastName = null',
      'Field must be grouped or aggregated',
    ],
    ["SELECT LeadSource FROM Contact GROUP BY LeadSource HAVING COUNT(Id) = '1'", 'should not be enclosed in quotes'],
    ['SELECT COUNT(Id) FROM Contact HAVING COUNT(Id) > 1', "unexpected token: 'HAVING'"],
    ['SELECT Id FROM Contact WHERE COUNT(Id) > 1', 'COUNT() is not understood'],
    ['SELECT LeadSource FROM Contact GROUP BY LeadSource HAVING Id IN (SELECT Id FROM Lead)', "unexpected token: 'Id'"],
  ])('%s is refused', (soql, reason) => {
    expect(org.refusal(soql).message).toContain(reason)
  })

  test('computes the smallest, largest, sum and mean', () => {
    const { records } = orgOf({
      Account: [1, 2, 6, null].map((n) => ({ Name: `n${String(n)}`, NumberOfEmployees: n })),
    })
    expect(
      records(
        'SELECT MIN(NumberOfEmployees), MAX(NumberOfEmployees), SUM(NumberOfEmployees), AVG(NumberOfEmployees), MIN(Name) FROM Account',
      ),
    ).toEqual([result({ expr0: 1, expr1: 6, expr2: 9, expr3: 3, expr4: 'n1' })])
    expect(org.records('SELECT MAX(CreatedDate) FROM Contact WHERE FirstName = null')[0]).toMatchObject({
      expr0: expect.stringMatching(/\.000\+0000$/) as string,
    })
  })

  test.each([
    ['SELECT LastName, COUNT(Id) FROM Contact', 'Field must be grouped or aggregated: LastName'],
    ['SELECT LastName FROM Contact GROUP BY LeadSource', 'Field must be grouped or aggregated: LastName'],
    ['SELECT SUM(LastName) FROM Contact', 'field LastName does not support aggregate operator SUM'],
    [
      'SELECT COUNT(Id) FROM Contact LIMIT 1',
      'Non-grouped query that uses overall aggregate functions cannot also use LIMIT',
    ],
    ['SELECT COUNT(), Id FROM Contact', 'COUNT() must be the only element in the SELECT list'],
  ])('%s is MALFORMED_QUERY', (soql, reason) => {
    expect(org.refusal(soql)).toMatchObject({
      code: 'MALFORMED_QUERY',
      message: expect.stringContaining(reason) as string,
    })
  })

  test('of more than 2,000 groups can not be paged', () => {
    const many = orgOf({ Contact: Array.from({ length: 2_001 }, (_, i) => ({ LastName: `n${i}` })) })
    expect(many.refusal('SELECT LastName FROM Contact GROUP BY LastName').code).toBe('EXCEEDED_ID_LIMIT')
    expect(many.records('SELECT LastName FROM Contact GROUP BY LastName LIMIT 2000')).toHaveLength(2_000)
  })
})

describe('the order of records', () => {
  const sources = ['Other', null, 'Web', 'Referral', 'Partner Referral']
  const { run, store } = orgOf({ Contact: sources.map((LeadSource, i) => ({ LastName: `n${i}`, LeadSource })) })
  const column = (soql: string, at = 0) => {
    const prepared = run(soql)
    return prepared.rows.map((row) => prepared.toCsv(row)[at])
  }

  test('puts nulls first, both ways, unless told otherwise; picklists go by set-up order, unknown values last', () => {
    const ascending = ['Web', 'Partner Referral', 'Other', 'Referral']
    expect(column('SELECT LeadSource FROM Contact ORDER BY LeadSource')).toEqual([null, ...ascending])
    expect(column('SELECT LeadSource FROM Contact ORDER BY LeadSource DESC')).toEqual([null, ...ascending.toReversed()])
    expect(column('SELECT LeadSource FROM Contact ORDER BY LeadSource ASC NULLS LAST')).toEqual([...ascending, null])
  })

  test('ignores NULLS LAST behind a parent that may be missing', () => {
    const prepared = org.run('SELECT LastName FROM Contact ORDER BY Account.Name NULLS LAST, LastName')
    expect(prepared.rows.map((row) => row['LastName'])).toEqual(['Bobson', 'Curie', 'Lovelace'])
  })

  test('goes on by the next field and is cut after sorting', () => {
    expect(column('SELECT LastName FROM Contact ORDER BY LastName DESC LIMIT 2 OFFSET 1')).toEqual(['n3', 'n2'])
  })

  test('is none without ORDER BY: the same each time, but not the order of storage', () => {
    const many = orgOf({ Contact: Array.from({ length: 100 }, (_, i) => ({ LastName: `n${i}` })) })
    const stored = [...many.store.scan('Contact')].map(({ Id }) => Id)
    const found = many.run('SELECT Id FROM Contact').rows.map(({ Id }) => Id)
    expect(found).not.toEqual(stored)
    expect(found.toSorted()).toEqual(stored)
    expect(many.run('SELECT Id FROM Contact').rows.map(({ Id }) => Id)).toEqual(found)
    const other = orgOf({}, { store: many.store, shuffleSeed: 7 })
      .run('SELECT Id FROM Contact')
      .rows.map(({ Id }) => Id)
    expect(other).not.toEqual(found)
    const plain = orgOf({}, { store: many.store, shuffleSeed: null }).run('SELECT Id FROM Contact')
    expect(plain.rows.map(({ Id }) => Id)).toEqual(stored)
  })

  test('leaves LIMIT 1 with any record, and not simply the oldest', () => {
    const [oldest] = store.scan('Contact')
    const picked = [1, 2, 3, 4, 5].map((shuffleSeed) =>
      orgOf({}, { store, shuffleSeed }).values('SELECT Id FROM Contact LIMIT 1'),
    )
    expect(picked.every((ids) => ids.length === 1)).toBe(true)
    expect(picked.some(([id]) => id !== oldest?.Id)).toBe(true)
  })
})

describe('a record in CSV', () => {
  test('has dotted columns in the order of SELECT, ISO datetimes with Z, and null for empty', () => {
    const prepared = org.run(`select account.name, CREATEDDATE, isdeleted, email from Contact where Id = '${bob}'`)
    expect(prepared.columns).toEqual(['Account.Name', 'CreatedDate', 'IsDeleted', 'Email'])
    expect(prepared.rows.map((row) => prepared.toCsv(row))).toEqual([[null, '2022-02-15T06:21:19.000Z', 'false', null]])
  })
})
