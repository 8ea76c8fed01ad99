import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { normaliseEmail, type NormalEmail } from '../../src/domain/email.js'
import { exportRows } from '../../src/salesforce/export.js'
import { FieldCache } from '../../src/salesforce/fields.js'
import { People } from '../../src/salesforce/people.js'
import { queryLists, type FlatRow, type ListQuery } from '../../src/salesforce/query.js'
import { identifiers, soql } from '../../src/salesforce/soql.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'

const emails = Array.from({ length: 250 }, (_, i) => `person${i}@example.com` as NormalEmail)
const contactsOf = (addresses: readonly string[]) => addresses.map((Email, i) => ({ LastName: `Person ${i}`, Email }))
const byEmail = (values: readonly string[]): ListQuery => ({
  values,
  statement: (some) => soql`SELECT ${identifiers(['Id', 'Email'])} FROM Contact WHERE Email IN ${some}`,
})
const compositeBody = (body: object) => ({
  compositeResponse: [{ referenceId: 'q0', httpStatusCode: 200, httpHeaders: {}, body }],
})

describe('reading from the org', () => {
  let it: OrgAndClient

  beforeEach(async () => {
    it = await anOrg()
    it.playground.load('Contact', contactsOf(emails))
  })
  afterEach(() => it.close())

  const people = async () =>
    new People(it.org, await new FieldCache(it.org, it.directory, impatientClock()).read(), {
      tier: 'Customer_Tier__c',
    })

  test('every page is followed, however uneven the pages are', async () => {
    it.playground.settings.pageSizes = [7, 1, 90, 3]
    const { rows } = await queryLists(it.org, [byEmail(emails), byEmail(emails.slice(0, 10))])
    expect(rows.map((each) => new Set(each.map(({ Email }) => Email)).size)).toEqual([250, 10])
  })

  test('five statements are one call', async () => {
    await it.org.session()
    const before = it.org.calls
    await queryLists(
      it.org,
      [0, 50, 100, 150, 200].map((from) => byEmail(emails.slice(from, from + 50))),
    )
    expect(it.org.calls - before).toBe(1)
  })

  test('a statement that is too much for the org is halved until it is not', async () => {
    const tooMuch = [{ errorCode: 'QUERY_TOO_COMPLICATED', message: 'too much' }]
    const json = { compositeResponse: [{ referenceId: 'q0', httpStatusCode: 400, httpHeaders: {}, body: tooMuch }] }
    it.playground.arm({ path: '/services/data/*/composite', effect: { kind: 'reply', status: 200, json } })
    const { rows } = await queryLists(it.org, [byEmail(emails)])
    expect(rows[0]).toHaveLength(250)
  })

  test.each([
    ['fewer rows than announced', { totalSize: 3, done: true, records: [{ Id: '003', Email: 'a@b.example' }] }],
    ['an end that is not one', { totalSize: 1, done: false, records: [{ Id: '003', Email: 'a@b.example' }] }],
  ])('%s are an error, never a shorter answer', async (_what, body) => {
    it.playground.arm({
      path: '/services/data/*/composite',
      effect: { kind: 'reply', status: 200, json: compositeBody(body) },
    })
    await expect(queryLists(it.org, [byEmail(emails)])).rejects.toMatchObject({ code: 'SF_READ_INCOMPLETE' })
  })

  test('a link to another host is followed on our own host only', async () => {
    const body = {
      totalSize: 2,
      done: false,
      nextRecordsUrl: 'https://evil.example/services/data/v66.0/query/01gx-1',
      records: [{ Id: '003' }],
    }
    it.playground.arm({
      path: '/services/data/*/composite',
      effect: { kind: 'reply', status: 200, json: compositeBody(body) },
    })
    await expect(queryLists(it.org, [byEmail(emails)])).rejects.toMatchObject({ orgCode: 'INVALID_QUERY_LOCATOR' })
  })

  test('an address cannot leave its literal, whatever it holds', async () => {
    const reader = await people()
    await fc.assert(
      fc.asyncProperty(fc.array(hostileAddress(), { minLength: 1, maxLength: 5 }), async (asked) => {
        const found = await reader.byAddress(asked)
        expect([...found.keys()].filter((each) => !asked.includes(each))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('hostile addresses that exist are found, each as itself', async () => {
    const hostile = fc.sample(hostileAddress(), { numRuns: 200, seed: 7 })
    it.playground.load('Contact', contactsOf(hostile))
    const found = await (await people()).byAddress(hostile)
    expect(new Set(found.keys())).toEqual(new Set(hostile))
  })

  test('an address whose domain is written in Unicode is found in either form', async () => {
    it.playground.load('Contact', contactsOf(['a@bücher.example', 'b@xn--bcher-kva.example']))
    const asked = ['a@bücher.example', 'b@bücher.example'].map(normal)
    expect((await (await people()).byAddress(asked)).size).toBe(2)
  })

  const exported = async (rowsPerPage?: number) => {
    const rows: FlatRow[] = []
    const report = await exportRows(
      it.org,
      (await people()).exportStatement('Contact'),
      impatientClock(),
      (row) => rows.push(row),
      rowsPerPage,
    )
    return { rows, report }
  }

  test('an export brings every row of every page, and says how many there were', async () => {
    const { rows, report } = await exported(60)
    expect(report).toMatchObject({ rows: 250, pages: 5 })
    expect(new Set(rows.map(({ Email }) => Email))).toEqual(new Set(emails))
  })

  test('an export of nobody is no row and no error', async () => {
    const none = await exportRows(
      it.org,
      soql`SELECT Id FROM Lead WHERE Email != null`,
      impatientClock(),
      () => undefined,
    )
    expect(none.rows).toBe(0)
  })

  test('polls of an export are further and further apart', async () => {
    it.playground.settings.bulkQueueMs = 0
    const clock = impatientClock()
    const running = [{ id: '750000000000001AAA', state: 'InProgress' }]
    for (const json of Array.from({ length: 6 }, () => running[0])) {
      it.playground.arm({
        method: 'GET',
        path: '/services/data/*/jobs/query/750*',
        effect: { kind: 'reply', status: 200, json },
      })
    }
    await exportRows(it.org, soql`SELECT Id FROM Contact WHERE Email != null`, clock, () => undefined)
    expect(clock.slept).toEqual([2_000, 3_000, 4_500, 6_750, 10_125, 15_187.5, 22_781.25])
  })

  test('a job that failed in the org is an error that names it, not zero rows', async () => {
    const json = { id: '750000000000001AAA', state: 'Failed', errorMessage: 'InvalidBatch' }
    it.playground.arm({
      method: 'GET',
      path: '/services/data/*/jobs/query/750*',
      effect: { kind: 'reply', status: 200, json },
    })
    await expect(exported()).rejects.toMatchObject({ code: 'SF_QUERY_JOB_FAILED' })
  })
})

/** Addresses that a fuzzer makes and `normaliseEmail` lets through, rich in what could end a literal. */
function hostileAddress(): fc.Arbitrary<NormalEmail> {
  const nasty = fc.constantFrom(
    "'",
    '\\',
    "\\'",
    '"',
    '%',
    '_',
    ') OR (Id != null',
    '\\u0027',
    'ﬀ',
    '{',
    ':x',
    '--',
    '/*',
  )
  const piece = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 4 }))
  return (
    fc
      .tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('example.com', 'x.test'))
      .map(([pieces, domain]) => normaliseEmail(`${pieces.join('')}@${domain}`))
      .filter((address) => address.ok)
      .map((address) => (address as { email: NormalEmail }).email)
      // An org's e-mail field is 80 characters long (objects.md §1).
      .filter((email) => email.length <= 80)
  )
}

function normal(text: string): NormalEmail {
  const address = normaliseEmail(text)
  if (!address.ok) throw new Error(address.problem)
  return address.email
}
