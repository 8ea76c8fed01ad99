import { describe, expect, test } from 'vitest'
import { daysIn, lastDay, reportWindow, windowBefore } from '../../src/domain/report-window.js'
import { MhError } from '../../src/errors.js'

const NOW = new Date('2026-11-30T09:15:00Z')
const told = (asked: Parameters<typeof reportWindow>[0], now = NOW) => {
  const window = reportWindow(asked, now)
  return `${window.from.toISOString()} ${window.to.toISOString()}`
}
const days = (from: string, to: string) => `${from}T00:00:00.000Z ${to}T00:00:00.000Z`

describe('the window of a report', () => {
  test.each([
    ['is the last seven whole days', {}, days('2026-11-23', '2026-11-30')],
    ['has as many days as are wanted', { days: 1 }, days('2026-11-29', '2026-11-30')],
    ['has both days that were named', { from: '2026-11-01', to: '2026-11-29' }, days('2026-11-01', '2026-11-30')],
    ['may be one day', { from: '2026-11-05', to: '2026-11-05' }, days('2026-11-05', '2026-11-06')],
    ['goes up to the last midnight', { from: '2026-11-28' }, days('2026-11-28', '2026-11-30')],
    ['is the week that ends with a day', { to: '2026-11-08' }, days('2026-11-02', '2026-11-09')],
    ['may hold today', { to: '2026-11-30', days: 2 }, days('2026-11-29', '2026-12-01')],
    ['goes over a leap day', { from: '2024-02-28', to: '2024-03-01' }, days('2024-02-28', '2024-03-02')],
  ])('%s', (_, asked, expected) => {
    expect(told(asked)).toBe(expected)
  })

  test('begins anew at midnight in UTC, wherever it is made', () => {
    expect(told({}, new Date('2026-11-29T23:59:59.999Z'))).toBe(days('2026-11-22', '2026-11-29'))
    expect(told({}, new Date('2026-11-30T00:00:00Z'))).toBe(days('2026-11-23', '2026-11-30'))
  })

  test.each([
    ['what is no day', { from: 'november' }, '--from november is not a day.'],
    ['a day that no month has', { to: '2026-02-30' }, '--to 2026-02-30 is not a day.'],
    ['a time', { to: '2026-11-30T10:00:00Z' }, '--to 2026-11-30T10:00:00Z is not a day.'],
    ['days that are still to come', { to: '2026-12-01' }, 'ends on 2026-12-01, and today is 2026-11-30'],
    ['a window that begins after its end', { from: '2026-11-09', to: '2026-11-08' }, 'there is no day'],
    ['a window of today alone that has not been asked for', { from: '2026-11-30' }, 'there is no day'],
    ['more than a year', { from: '2025-01-01' }, '698 days are too many'],
  ])('is not made of %s', (_, asked, message) => {
    expect(() => reportWindow(asked, NOW)).toThrow(MhError)
    expect(() => reportWindow(asked, NOW)).toThrow(message)
  })

  test('is compared with as many days directly before', () => {
    const window = reportWindow({ from: '2026-11-01', to: '2026-11-29' }, NOW)
    const before = windowBefore(window)
    expect([daysIn(window), daysIn(before), lastDay(window), lastDay(before)]).toEqual([
      ...[29, 29, '2026-11-29', '2026-10-31'],
    ])
    expect(before.from.toISOString()).toBe('2026-10-03T00:00:00.000Z')
  })
})
