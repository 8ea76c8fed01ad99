import type { CallerClock } from './caller-clock.js'

/** Stretch of time on the caller's wall, in epoch milliseconds as if it were UTC; the end is excluded. */
export interface Period {
  readonly from: number
  readonly to: number
}

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR'

const DAY_MS = 86_400_000
const NAMED = new Map<string, { unit: Unit; offset: number }>([
  ['YESTERDAY', { unit: 'DAY', offset: -1 }],
  ['TODAY', { unit: 'DAY', offset: 0 }],
  ['TOMORROW', { unit: 'DAY', offset: 1 }],
])
const RELATIVE = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/
const NINETY = /^(LAST|NEXT)_90_DAYS$/
const COUNTED = /^(?:(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S|N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO)$/

const isUnit = (text: string | undefined): text is Unit =>
  text === 'DAY' || text === 'WEEK' || text === 'MONTH' || text === 'QUARTER' || text === 'YEAR'

/** Whether an upper-case word is a date literal, and whether it takes `:n` (soql.md §3). */
export const periodKind = (name: string): 'plain' | 'counted' | undefined => {
  if (NAMED.has(name) || RELATIVE.test(name) || NINETY.test(name)) return 'plain'
  return COUNTED.test(name) ? 'counted' : undefined
}

/** Start of the unit that lies `offset` units from the one holding the present. */
const startOf = (unit: Unit, { wall, weekStart }: CallerClock, offset: number): number => {
  const at = new Date(wall)
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()]
  const today = Date.UTC(year, month, at.getUTCDate())
  switch (unit) {
    case 'DAY':
      return today + offset * DAY_MS
    case 'WEEK':
      return today + (offset * 7 - ((at.getUTCDay() - weekStart + 7) % 7)) * DAY_MS
    case 'MONTH':
      return Date.UTC(year, month + offset)
    case 'QUARTER':
      return Date.UTC(year, month - (month % 3) + offset * 3)
    case 'YEAR':
      return Date.UTC(year + offset, 0)
  }
}

const span = (unit: Unit, clock: CallerClock, first: number, length: number): Period => ({
  from: startOf(unit, clock, first),
  to: startOf(unit, clock, first + length),
})

/** The last n days include today, the last n of every other unit leave the current one out; the next n always do. */
const counted = (direction: string, unit: Unit, count: number, clock: CallerClock): Period => {
  if (direction === 'NEXT') return span(unit, clock, 1, count)
  return unit === 'DAY' ? span(unit, clock, -count, count + 1) : span(unit, clock, -count, count)
}

const DIRECTION = new Map([
  ['LAST', -1],
  ['THIS', 0],
  ['NEXT', 1],
])

/**
 * What a date literal means for a caller at the present moment (soql.md §3).
 *
 * @param name an upper-case word that `periodKind` knows
 * @param count the n of a counted literal
 */
export const periodOf = (name: string, count: number, clock: CallerClock): Period => {
  const named = NAMED.get(name)
  if (named) return span(named.unit, clock, named.offset, 1)
  const ninety = NINETY.exec(name)?.[1]
  if (ninety !== undefined) return counted(ninety, 'DAY', 90, clock)
  const [, direction = '', relativeUnit] = RELATIVE.exec(name) ?? []
  if (isUnit(relativeUnit)) return span(relativeUnit, clock, DIRECTION.get(direction) ?? 0, 1)
  const [, way, wayUnit, agoUnit] = COUNTED.exec(name) ?? []
  if (isUnit(agoUnit)) return span(agoUnit, clock, -count, 1)
  if (way !== undefined && isUnit(wayUnit)) return counted(way, wayUnit, count, clock)
  throw new RangeError(`${name} is no date literal`)
}
