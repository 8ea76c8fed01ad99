import { describe, expect, test } from 'vitest'
import { orgOf } from './small-org.js'

const at = (iso: string) => Date.parse(iso)

const org = orgOf({
  Account: [
    { Id: '0015e000000000aAAA', Name: 'Acme', NumberOfEmployees: 5, AnnualRevenue: 1.5 },
    { Id: '0015e000000000bAAA', Name: 'Globex' },
  ],
  Contact: [
    {
      LastName: 'Ada',
      Email: 'Ada@Example.org',
      AccountId: '0015e000000000aAAA',
      Skills__c: 'rust;go',
      Birthdate: '1815-12-10',
    },
    { LastName: 'Bob', FirstName: 'B%b', LeadSource: 'Web', Skills__c: 'go', Birthdate: '1990-05-06' },
    { LastName: "O'Hara", FirstName: '', Email: 'ohara@example.org', AccountId: '0015e000000000bAAA' },
    { LastName: 'Gone', IsDeleted: true, Email: 'gone@example.org' },
  ],
  Campaign: [
    { Name: 'yesterday', StartDate: '2026-05-05', CreatedDate: at('2026-05-05T23:59:59Z') },
    { Name: 'today', StartDate: '2026-05-06', CreatedDate: at('2026-05-06T00:00:00Z') },
    { Name: 'tomorrow', StartDate: '2026-05-07', CreatedDate: at('2026-05-07T00:00:00Z') },
    { Name: 'last month', StartDate: '2026-04-30', CreatedDate: at('2026-04-30T12:00:00Z') },
    { Name: 'last year', StartDate: '2025-12-31', CreatedDate: at('2025-12-31T12:00:00Z') },
    { Name: 'no date', StartDate: null, CreatedDate: at('2020-01-01T00:00:00Z') },
  ],
})
const names = (condition: string) => org.values(`SELECT LastName FROM Contact WHERE ${condition}`)

describe('a condition on text', () => {
  test.each([
    ["LastName = 'ADA'", ['Ada'], 'ignores case'],
    ["LastName != 'ada'", ['Bob', "O'Hara"], 'ignores case when unequal'],
    ["Email <> 'ada@example.org'", ['Bob', "O'Hara"], 'counts null as unequal'],
    ["Email = 'gone@example.org'", [], 'hides deleted records'],
    ["LastName > 'b'", ['Bob', "O'Hara"], 'orders without case'],
    ["LastName <= 'BOB' AND LastName >= 'b'", ['Bob'], 'takes both bounds'],
    ["LastName LIKE 'o%R_'", ["O'Hara"], 'LIKE with both wildcards and no case'],
    ["FirstName LIKE 'B\\%b'", ['Bob'], 'LIKE with an escaped wildcard'],
    ["FirstName LIKE '%'", ['Bob'], 'LIKE never matches empty'],
    ["(NOT (LastName LIKE 'a%'))", ['Bob', "O'Hara"], 'negated LIKE'],
    ['FirstName = null', ['Ada', "O'Hara"], 'empty text is null'],
    ["FirstName = ''", ['Ada', "O'Hara"], "'' asks for null"],
    ['Email != null', ['Ada', "O'Hara"], 'not null'],
    ["LeadSource = 'web'", ['Bob'], 'picklists as text'],
    ["Email IN ('ADA@example.org', 'nobody@x', null)", ['Ada', 'Bob'], 'IN with null'],
    ["Email NOT IN ('ada@example.org')", ['Bob', "O'Hara"], 'NOT IN keeps null'],
    ["Skills__c INCLUDES ('rust;go', 'c')", ['Ada'], 'INCLUDES all of one or another'],
    ["Skills__c EXCLUDES ('rust')", ['Bob', "O'Hara"], 'EXCLUDES keeps null'],
    ["LastName = 'Ada' OR (LastName = 'Bob' AND LeadSource = 'Web')", ['Ada', 'Bob'], 'parentheses'],
    ["NOT (LastName = 'Ada' OR LastName = 'Bob')", ["O'Hara"], 'NOT of a group'],
    ["Contact.LastName = 'Ada'", ['Ada'], 'the object as prefix'],
  ])('%s: %s', (condition, expected) => {
    expect(names(condition)).toEqual(expected)
  })

  test('finds the deleted ones too when asked to (queryAll)', () => {
    const all = orgOf({}, { store: org.store, includeDeleted: true })
    expect(all.values("SELECT LastName FROM Contact WHERE Email = 'gone@example.org'")).toEqual(['Gone'])
    expect(all.values('SELECT LastName FROM Contact WHERE IsDeleted = true')).toEqual(['Gone'])
  })
})

describe('a condition on an id', () => {
  test.each([
    ["AccountId = '0015e000000000aAAA'", ['Ada']],
    ["AccountId = '0015e000000000a'", ['Ada']],
    ["AccountId IN ('0015e000000000a', '0015e000000000aAAA')", ['Ada']],
    ["AccountId = ''", ['Bob']],
    ['AccountId = null', ['Bob']],
    ["AccountId > '0015e000000000aAAA'", ["O'Hara"]],
    ["Id = '0015e000000000a'", []],
  ])('%s', (condition, expected) => {
    expect(names(condition)).toEqual(expected)
  })
})

describe('a condition through a parent', () => {
  test.each([
    ["Account.Name = 'acme'", ['Ada'], 'drops rows with no parent'],
    ['Account.Name = null', ['Bob'], 'keeps rows with no parent for null'],
    ["Account.Name = 'acme' OR LastName = 'Bob'", ['Ada', 'Bob'], 'leaves the other arm alone'],
    ['Account.IsDeleted = false', ['Ada', 'Bob', "O'Hara"], 'reads a checkbox behind no parent as false'],
    ['Account.IsDeleted = true', [], 'reads a checkbox behind no parent as false, not as anything'],
    ['Account.NumberOfEmployees >= 5', ['Ada'], 'compares numbers, never null'],
    ['Account.AnnualRevenue = 1.5E0', ['Ada'], 'reads exponents'],
    ["Owner.Name = 'Ada Lovelace'", ['Ada', 'Bob', "O'Hara"], 'goes to the owner'],
  ])('%s: %s', (condition, expected) => {
    expect(names(condition)).toEqual(expected)
  })
})

describe('a date', () => {
  const campaigns = (condition: string) => org.values(`SELECT Name FROM Campaign WHERE ${condition}`)
  test.each([
    ['StartDate = 2026-05-06', ['today']],
    ['StartDate != 2026-05-06', ['last month', 'last year', 'no date', 'tomorrow', 'yesterday']],
    ['StartDate = TODAY', ['today']],
    ['StartDate = yesterday', ['yesterday']],
    ['StartDate > TODAY', ['tomorrow']],
    ['StartDate <= TODAY AND StartDate >= YESTERDAY', ['today', 'yesterday']],
    ['StartDate = THIS_WEEK', ['today', 'tomorrow', 'yesterday']],
    ['StartDate = LAST_MONTH', ['last month']],
    ['StartDate = THIS_YEAR', ['last month', 'today', 'tomorrow', 'yesterday']],
    ['StartDate = LAST_YEAR', ['last year']],
    ['StartDate = LAST_QUARTER', []],
    ['StartDate = THIS_QUARTER', ['last month', 'today', 'tomorrow', 'yesterday']],
    ['StartDate = LAST_N_DAYS:1', ['today', 'yesterday']],
    ['StartDate = NEXT_N_DAYS:1', ['tomorrow']],
    ['StartDate = N_DAYS_AGO:1', ['yesterday']],
    ['StartDate = LAST_N_MONTHS:5', ['last month', 'last year']],
    ['StartDate = N_MONTHS_AGO:1', ['last month']],
    ['StartDate = LAST_90_DAYS', ['last month', 'today', 'yesterday']],
    ['StartDate = null', ['no date']],
    ['CreatedDate = TODAY', ['today']],
    ['CreatedDate < TODAY', ['last month', 'last year', 'no date', 'yesterday']],
    ['CreatedDate >= 2026-05-07T00:00:00Z', ['tomorrow']],
    ['CreatedDate >= 2026-05-07T02:00:00+02:00', ['tomorrow']],
    ['CreatedDate = 2026-05-05T23:59:59.000+0000', ['yesterday']],
  ])('%s', (condition, expected) => {
    expect(campaigns(condition)).toEqual(expected)
  })

  test('of birth is compared without its year', () => {
    expect(names('Birthdate = 2026-05-06')).toEqual(['Bob'])
    expect(names('Birthdate > 2026-06-01')).toEqual(['Ada'])
  })
})
