import { describe, expect, test } from 'vitest'
import { callerOf } from '../../../../src/playground/org/soql/caller.js'
import { orgOf, storeOf } from './small-org.js'

const at = (iso: string) => Date.parse(iso)

/** Campaigns that a caller finds at a moment, by their start or the moment they were made. */
const found = (timeZone: string, now: string, condition: string, locale = 'en_US') => {
  const days = ['2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10']
  const hours = ['2026-03-08T04:59:59Z', '2026-03-08T05:00:00Z', '2026-03-09T03:59:59Z', '2026-03-09T04:00:00Z']
  const { values } = orgOf(
    {
      Campaign: days.map((StartDate, i) => ({ Name: StartDate, StartDate, CreatedDate: at(hours[i] ?? '') })),
    },
    { now: at(now), caller: { userId: '', timeZone, locale } },
  )
  return values(`SELECT Name FROM Campaign WHERE ${condition}`)
}

describe('a date literal means the caller’s own days', () => {
  test.each([
    ['UTC', '2026-03-09T02:00:00Z', ['2026-03-09']],
    ['America/New_York', '2026-03-09T02:00:00Z', ['2026-03-08']],
    ['Asia/Tokyo', '2026-03-09T20:00:00Z', ['2026-03-10']],
    ['Pacific/Kiritimati', '2026-03-09T11:00:00Z', ['2026-03-10']],
  ])('in %s at %s', (zone, now, expected) => {
    expect(found(zone, now, 'StartDate = TODAY')).toEqual(expected)
  })

  test('that begin and end at midnight there, on a day of 23 hours too', () => {
    // Clocks in New York went forward on 8 March 2026: the day lasted from 05:00Z to 04:00Z.
    expect(found('America/New_York', '2026-03-08T12:00:00Z', 'CreatedDate = TODAY')).toEqual([
      '2026-03-08',
      '2026-03-09',
    ])
    expect(found('America/New_York', '2026-03-08T12:00:00Z', 'CreatedDate > TODAY')).toEqual(['2026-03-10'])
  })

  test('in weeks that begin as they do there', () => {
    const sunday = '2026-03-08T12:00:00Z'
    expect(found('UTC', sunday, 'StartDate = THIS_WEEK', 'en_US')).toEqual(['2026-03-08', '2026-03-09', '2026-03-10'])
    expect(found('UTC', sunday, 'StartDate = THIS_WEEK', 'de_DE')).toEqual(['2026-03-07', '2026-03-08'])
  })
})

describe('USING SCOPE', () => {
  const [mine, other] = ['0055e000000000aAAA', '0055e000000000bAAA']
  const store = storeOf({
    Lead: [
      { LastName: 'Own', Company: 'A', OwnerId: mine },
      { LastName: 'Other', Company: 'A', OwnerId: other },
    ],
  })
  const { values, refusal } = orgOf({}, { store, caller: callerOf(store, mine) })

  test('mine are the records the caller owns, everything are all', () => {
    expect(values('SELECT LastName FROM Lead USING SCOPE mine')).toEqual(['Own'])
    expect(values("SELECT LastName FROM Lead USING SCOPE Mine WHERE LastName = 'Other'")).toEqual([])
    expect(values('SELECT LastName FROM Lead USING SCOPE everything')).toEqual(['Other', 'Own'])
  })

  test('is refused where records have no owner', () => {
    expect(refusal('SELECT Id FROM CampaignMember USING SCOPE mine').code).toBe('MALFORMED_QUERY')
  })
})

test('FOR VIEW, FOR REFERENCE and FOR UPDATE change nothing that is seen', () => {
  const { values } = orgOf({ Lead: [{ LastName: 'A', Company: 'B' }] })
  for (const end of ['FOR VIEW', 'FOR REFERENCE', 'FOR UPDATE', 'LIMIT 1 FOR VIEW, REFERENCE']) {
    expect(values(`SELECT LastName FROM Lead ${end}`)).toEqual(['A'])
  }
})
