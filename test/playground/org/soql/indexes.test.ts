import { describe, expect, test } from 'vitest'
import { IndexOnlyStore, orgOf, storeOf } from './small-org.js'

const hack = '7015e000000000aAAA'
const contacts = Array.from({ length: 5_000 }, (_, i) => ({
  LastName: `n${i}`,
  Email: `n${i}@example.org`,
  Key__c: `k${i}`,
}))
const store = storeOf(
  {
    Contact: contacts,
    Campaign: [{ Id: hack, Name: 'Hack' }],
  },
  IndexOnlyStore,
)
const [someone] = store.lookup('Contact', 'Email', 'n7@example.org') ?? []
store.load('CampaignMember', [{ CampaignId: hack, ContactId: someone?.Id, Status: 'Sent' }])
const org = orgOf({}, { store })

const list = (count: number, of: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `'${of(i)}'`).join(',')

describe('no table is read from end to end', () => {
  test('for 3,700 addresses in one IN list, in another case than stored', () => {
    const soql = `SELECT Email FROM Contact WHERE Email IN (${list(3_700, (i) => `N${i + 3_000}@example.org`)})`
    expect(soql.length).toBeLessThan(100_000)
    expect(org.values(soql)).toHaveLength(2_000)
  })

  test.each([
    ["Email = 'N7@EXAMPLE.ORG'", 1],
    [`Id = '${someone?.Id ?? ''}'`, 1],
    [`Id = '${someone?.Id.slice(0, 15) ?? ''}'`, 1],
    ["Key__c = 'K8' AND LastName != 'x'", 1],
    ["LastName LIKE 'n%' AND Email IN ('n1@example.org', 'N1@example.org', 'n2@example.org')", 2],
    ["(Email = 'n1@example.org' OR Key__c IN ('k1', 'k2'))", 2],
    [`Id IN (SELECT ContactId FROM CampaignMember WHERE CampaignId = '${hack}')`, 1],
    [`Id NOT IN (SELECT ContactId FROM CampaignMember WHERE CampaignId = '${hack}') AND Key__c IN ('k7', 'k8')`, 1],
  ])('for %s', (condition, count) => {
    expect(org.values(`SELECT Id FROM Contact WHERE ${condition}`)).toHaveLength(count)
  })

  test('for children of a record', () => {
    const soql = `SELECT Id, (SELECT Id FROM CampaignMembers) FROM Campaign WHERE Id = '${hack}'`
    expect(org.records(soql)).toMatchObject([{ CampaignMembers: { totalSize: 1 } }])
  })

  test.each([
    "Email = 'a' OR LastName = 'b'",
    "NOT Email = 'a'",
    "Email IN ('a', null)",
    "Email != 'a'",
    "LastName = 'a'",
  ])('except when no index can answer: %s', (condition) => {
    expect(() => org.values(`SELECT Id FROM Contact WHERE ${condition}`)).toThrow('Contact was scanned')
  })
})
