import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OrgError } from '../../../../src/playground/org/org-error.js'
import { orgOf } from './small-org.js'

const org = orgOf(
  { Contact: [{ LastName: 'Lovelace' }] },
  { hidden: (object, field) => object === 'Contact' && field === 'HasOptedOutOfEmail' },
)
const refusal = (soql: string): string => {
  const { code, message } = org.refusal(soql)
  return `${code}: ${message.split('\n').at(-1) ?? ''}`
}

describe('the place of an error', () => {
  test('is shown with a snippet, a caret under the token, and row and column from 1', () => {
    const { message, status } = org.refusal('SELECT Id, Foo__c FROM Contact')
    expect(status).toBe(400)
    expect(message).toBe(
      '\nSELECT Id, Foo__c FROM Con\n           ^\nERROR at Row:1:Column:12\n' +
        "No such column 'Foo__c' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the " +
        "'__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
    )
  })

  test('counts rows and columns over the statement as it was sent', () => {
    const { message } = org.refusal('SELECT Id\nFROM Contact\n  WHERE Nme = null')
    expect(message).toContain('ERROR at Row:3:Column:9\n')
    const [, snippet = '', caret = ''] = message.split('\n')
    expect(snippet.slice(caret.indexOf('^'))).toMatch(/^Nme/)
  })
})

describe('what the org does not know', () => {
  test.each([
    ['SELECT Id FROM XYZZY', "INVALID_TYPE: sObject type 'XYZZY' is not supported."],
    ['SELECT Id, Foo.Name FROM Contact', "INVALID_FIELD: Didn't understand relationship 'Foo' in field path."],
    ['SELECT Account.Foo__c FROM Contact', "INVALID_FIELD: No such column 'Foo__c' on entity 'Account'."],
    ['SELECT Id FROM Contact WHERE Nope = 1', "INVALID_FIELD: No such column 'Nope' on entity 'Contact'."],
    ['SELECT Id FROM Contact ORDER BY Nope', "INVALID_FIELD: No such column 'Nope' on entity 'Contact'."],
    [
      'SELECT Id, (SELECT Id FROM Nopes) FROM Contact',
      "INVALID_TYPE: Didn't understand relationship 'Nopes' in FROM part",
    ],
    [
      'SELECT HasOptedOutOfEmail FROM Contact',
      "INVALID_FIELD: No such column 'HasOptedOutOfEmail' on entity 'Contact'.",
    ],
    ['SELECT Id FROM Contact WHERE HasOptedOutOfEmail = true', "INVALID_FIELD: No such column 'HasOptedOutOfEmail'"],
    [
      'SELECT Id FROM CampaignMember WHERE Contact.HasOptedOutOfEmail = true',
      "INVALID_FIELD: No such column 'HasOpted",
    ],
  ])('%s', (soql, expected) => {
    expect(refusal(soql).startsWith(expected), refusal(soql)).toBe(true)
  })
})

describe('a statement that does not parse', () => {
  test.each([
    ['SELECT Id FORM Contact', "unexpected token: 'FORM'"],
    ['SELECT * FROM Contact', "unexpected token: '*'"],
    ['SELECT Id, FROM Contact', "unexpected token: 'Contact'"],
    ['SELECT Id FROM Contact WHERE', "unexpected token: '<EOF>'"],
    ['SELECT Id FROM Contact;', "unexpected token: ';'"],
    ['SELECT Id FROM Contact WHERE Email IN ()', "unexpected token: ')'"],
    ['SELECT Id FROM Contact WHERE Email IN abc', "expecting a colon, found 'abc'"],
    ['SELECT Id FROM Contact WHERE Email = :address', 'Bind variables only allowed in Apex code'],
    ['SELECT Id FROM Contact WHERE Email IN :addresses', 'Bind variables only allowed in Apex code'],
    ['SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS', "expecting a colon, found '<EOF>'"],
    ["SELECT Id FROM Contact WHERE Name LIKE 'a%' AND NOT Name LIKE 'b%'", "unexpected token: 'NOT'"],
    ["SELECT Id FROM Contact WHERE NOT Name = 'a' AND Name = 'b'", "unexpected token: 'AND'"],
    ["SELECT Id FROM Contact WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "unexpected token: 'OR'"],
    ["SELECT Id FROM Contact WHERE Name NOT LIKE 'a'", "unexpected token: 'NOT'"],
    ['SELECT Id FROM Contact WHERE Name IS NULL', "unexpected token: 'IS'"],
    ['SELECT Id FROM Contact WHERE Name = "a"', "unexpected token: '\"'"],
    ['SELECT Id FROM Contact LIMIT -1', "unexpected token: '-1'"],
    ['SELECT Id FROM Contact LIMIT 1.5', "unexpected token: '1.5'"],
    ['SELECT Id FROM Contact WHERE CreatedDate > 2026-05-06T00:00:00', "unexpected token: '-05'"],
    ['SELECT Id FROM Contact WHERE Birthdate = 2026-02-30', 'Invalid date or datetime: 2026-02-30'],
    ['SELECT Id FROM Contact WHERE Birthdate = 1699-12-31', 'Invalid date or datetime: 1699-12-31'],
    ['SELECT Id, Id FROM Contact', 'duplicate field selected: Id'],
    ['SELECT Id a FROM Contact', 'only aggregate expressions use field aliasing'],
    [`SELECT Id FROM Contact WHERE ${'('.repeat(5_000)}`, 'conditions are nested too deeply'],
    [
      `SELECT Id FROM Contact WHERE Name = '${'x'.repeat(100_000)}'`,
      'SOQL statements can not be longer than 100000 characters',
    ],
  ])('%.90s', (soql, reason) => {
    expect(refusal(soql)).toBe(`MALFORMED_QUERY: ${reason}`)
  })

  test.each([
    'SELECT COUNT(Id) FROM Contact GROUP BY ROLLUP(LeadSource)',
    'SELECT CALENDAR_YEAR(CreatedDate) FROM Contact',
    'SELECT FORMAT(CreatedDate) FROM Contact',
    'SELECT Id FROM Contact WHERE CALENDAR_YEAR(CreatedDate) = 2026',
    "SELECT Id FROM Contact WHERE toLabel(LeadSource) = 'Web'",
    'SELECT Id FROM Contact USING SCOPE team',
    'SELECT Id FROM Contact WITH SECURITY_ENFORCED',
    'SELECT Id FROM Contact ALL ROWS',
    'SELECT Id FROM Contact UPDATE TRACKING',
    'SELECT Id FROM Contact WHERE CreatedDate = THIS_FISCAL_YEAR',
  ])('names what it does not understand: %s', (soql) => {
    expect(refusal(soql)).toMatch(/^MALFORMED_QUERY: .+ is not understood by this stand-in org$/)
  })
})

describe('a select list', () => {
  test.each([
    ['SELECT FIELDS(ALL) FROM Contact', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
    ['SELECT FIELDS(CUSTOM) FROM Contact LIMIT 201', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
    ['SELECT Id, (SELECT FIELDS(ALL) FROM Contacts) FROM Account LIMIT 1', 'The SOQL FIELDS function must have a'],
    ['SELECT FIELDS(SOME) FROM Contact LIMIT 1', "unexpected token: 'SOME'"],
    ['SELECT Name, FIELDS(STANDARD) FROM Contact', 'duplicate field selected: Name'],
    ['SELECT FIELDS(ALL), COUNT(Id) FROM Contact LIMIT 1', 'The SOQL FIELDS function is not supported in an aggregate'],
    ['SELECT TYPEOF Account WHEN Account THEN Name END FROM Contact', 'TYPEOF can only be used with polymorphic'],
    ['SELECT TYPEOF Owner WHEN Account THEN Name END FROM Lead', 'Account is not among the types'],
    ['SELECT TYPEOF Owner WHEN User THEN Name FROM Lead', "unexpected token: 'FROM'"],
    [
      'SELECT Id, (SELECT TYPEOF Owner WHEN User THEN Name END FROM CampaignMembers) FROM Lead',
      'TYPEOF is not allowed',
    ],
    [`SELECT Id${', (SELECT Id FROM Contacts)'.repeat(21)} FROM Account`, 'at most 20 sub-queries are allowed'],
  ])('%.90s', (soql, reason) => {
    const { code, message } = org.refusal(soql)
    expect(code).toBe('MALFORMED_QUERY')
    expect(message).toContain(reason)
  })

  test('goes five levels of children down from v58 on, and one before', () => {
    const down = (levels: number): string =>
      levels === 0 ? 'SELECT Id' : `SELECT Id, (${down(levels - 1)} FROM ChildAccounts)`
    const at = (version: string) => orgOf({ Account: [{ Name: 'A' }] }, { version })
    expect(at('58.0').records(`${down(5)} FROM Account`)).toHaveLength(1)
    expect(at('58.0').refusal(`${down(6)} FROM Account`).code).toBe('MALFORMED_QUERY')
    expect(at('57.0').records(`${down(1)} FROM Account`)).toHaveLength(1)
    expect(at('57.0').refusal(`${down(2)} FROM Account`).message).toContain(
      'cannot query aggregate relationships more than 1 level away from the root entity object',
    )
  })

  test('nested without end is refused and not run out of stack', () => {
    const deep = 'SELECT Id, ('.repeat(8_000)
    expect(org.refusal(deep).code).toBe('MALFORMED_QUERY')
    expect(org.refusal('SELECT Id FROM Contact WHERE Id IN ('.repeat(2_500)).code).toBe('MALFORMED_QUERY')
  })
})

describe('a value of the wrong form', () => {
  test.each([
    [
      "Account.NumberOfEmployees = '5'",
      "'NumberOfEmployees' must be of type double and should not be enclosed in quotes",
    ],
    ["IsDeleted = 'true'", "'IsDeleted' must be of type boolean and should not be enclosed in quotes"],
    [
      "CreatedDate > '2026-05-06T00:00:00Z'",
      "'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
    ],
    ['CreatedDate > 2026-05-06', "'CreatedDate' must be of type dateTime and should not be enclosed in quotes"],
    ['Birthdate = 2026-05-06T00:00:00Z', "'Birthdate' must be of type date and should not be enclosed in quotes"],
    ['LastName = Lovelace', "'LastName' must be of type string and should be enclosed in quotes"],
    ['LastName = 5', "'LastName' must be of type string and should be enclosed in quotes"],
    ['LastName = TODAY', "'LastName' must be of type string and should be enclosed in quotes"],
    ["LastName IN ('a', 5)", "'LastName' must be of type string and should be enclosed in quotes"],
    ['Id = 5', "'Id' must be of type ID and should be enclosed in quotes"],
  ])('%s is INVALID_FIELD', (condition, tail) => {
    expect(refusal(`SELECT Id FROM Contact WHERE ${condition}`)).toBe(
      `INVALID_FIELD: value of filter criterion for field ${tail}`,
    )
  })

  test.each([
    ["Id = 'abc'", 'invalid ID field: abc'],
    ["AccountId IN ('0015e00000000001AB')", 'invalid ID field: 0015e00000000001AB'],
    ["Id LIKE '003%'", 'invalid operator on id field'],
    ["CreatedDate LIKE '2026%'", 'invalid operator on datetime field'],
    ['IsDeleted > false', 'invalid operator on boolean field'],
    ['CreatedDate > null', 'invalid operator on datetime field'],
    ["LastName INCLUDES ('a')", 'invalid operator on string field'],
  ])('%s is INVALID_QUERY_FILTER_OPERATOR', (condition, tail) => {
    expect(refusal(`SELECT Id FROM Contact WHERE ${condition}`)).toBe(`INVALID_QUERY_FILTER_OPERATOR: ${tail}`)
  })
})

describe('what a field does not allow', () => {
  test.each([
    ["SELECT Id FROM Contact WHERE Description = 'x'", "field 'Description' can not be filtered in a query call"],
    ["SELECT Id FROM Contact WHERE Description LIKE 'x'", "field 'Description' can not be filtered in a query call"],
    [
      'SELECT Id FROM Contact WHERE MailingAddress = null',
      "field 'MailingAddress' can not be filtered in a query call",
    ],
    ['SELECT Id FROM Contact ORDER BY Description', "field 'Description' can not be sorted in a query call"],
    ['SELECT Id FROM Contact ORDER BY Skills__c', "field 'Skills__c' can not be sorted in a query call"],
    ['SELECT COUNT(Id) FROM Contact GROUP BY CreatedDate', "field 'CreatedDate' can not be grouped in a query call"],
  ])('%s', (soql, reason) => {
    expect(refusal(soql)).toBe(`INVALID_FIELD: ${reason}`)
  })

  test('OFFSET goes to 2,000 and not beyond', () => {
    expect(org.values('SELECT Id FROM Contact ORDER BY Id LIMIT 1 OFFSET 2000')).toEqual([])
    expect(org.refusal('SELECT Id FROM Contact ORDER BY Id LIMIT 1 OFFSET 2001').code).toBe(
      'NUMBER_OUTSIDE_VALID_RANGE',
    )
  })

  test('six levels of parents are too many, five are not', () => {
    const up = (levels: number) => `SELECT ${'ReportsTo.'.repeat(levels)}Id FROM Contact`
    expect(org.values(up(5))).toEqual([null])
    expect(org.refusal(up(6)).code).toBe('MALFORMED_QUERY')
  })
})

describe('semi-joins', () => {
  const inner = "SELECT ContactId FROM CampaignMember WHERE Status = 'Sent'"
  test.each([
    ['an OR around it', `Id IN (${inner}) OR LastName = 'x'`],
    ['a NOT around it', `NOT Id IN (${inner})`],
    [
      'one inside another',
      'Id IN (SELECT ContactId FROM CampaignMember WHERE CampaignId IN (SELECT Id FROM Campaign))',
    ],
    ['three of them', `Id IN (${inner}) AND Id IN (${inner}) AND Id NOT IN (${inner})`],
    ['a parent path on the left', `Account.Id IN (SELECT Id FROM Account)`],
    ['a parent path inside', 'Id IN (SELECT Contact.Id FROM CampaignMember)'],
    ['the same object inside', 'ReportsToId IN (SELECT Id FROM Contact)'],
    ['two fields inside', 'Id IN (SELECT Id, ContactId FROM CampaignMember)'],
    ['a count inside', 'Id IN (SELECT COUNT(ContactId) FROM CampaignMember)'],
    ['a limit inside', `Id IN (${inner} LIMIT 5)`],
    ['an order inside', `Id IN (${inner} ORDER BY Id)`],
  ])('are refused with %s', (_what, condition) => {
    expect(refusal(`SELECT Id FROM Contact WHERE ${condition}`)).toMatch(/^MALFORMED_QUERY: /)
  })

  test('must join keys of one object', () => {
    expect(refusal('SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Lead)')).toBe(
      "MALFORMED_QUERY: The selected field 'Id' in the subquery and the left operand field in the where expression in the " +
        "outer query 'AccountId' should point to the same object type",
    )
  })
})

test('whatever the tokens, a statement is understood or refused with a reason: nothing else is thrown', () => {
  const words = [
    'SELECT',
    'Id',
    'Account.Name',
    'FROM',
    'Contact',
    'WHERE',
    'NOT',
    'AND',
    'OR',
    'IN',
    'LIKE',
    'NULL',
    'LIMIT',
  ]
  const marks = [
    '(',
    ')',
    ',',
    '=',
    "'x'",
    "'\\",
    '5',
    '2026-05-06',
    'TODAY',
    'LAST_N_DAYS:3',
    'ORDER BY',
    'GROUP BY',
    'COUNT(Id)',
    '(SELECT',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words, ...marks), { maxLength: 14 }), fc.boolean(), (tokens, sensible) => {
      const soql = `${sensible ? 'SELECT Id FROM Contact WHERE ' : ''}${tokens.join(' ')}`
      try {
        expect(org.values(soql).length).toBeLessThan(2)
      } catch (error) {
        if (!(error instanceof OrgError)) throw error
        expect(error).toMatchObject({ status: 400, code: expect.stringMatching(/^(MALFORMED|INVALID)_/) as string })
      }
    }),
    { numRuns: 500 },
  )
})
