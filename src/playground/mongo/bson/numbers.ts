import { Decimal128, Double, Int32, Long, Timestamp } from 'bson'

/** A number in any of BSON's four types. */
export type BsonNumber = number | bigint | Int32 | Double | Long | Decimal128

/** True for a number in any of BSON's types. */
export function isBsonNumber(value: unknown): value is BsonNumber {
  if (typeof value === 'number' || typeof value === 'bigint') return true
  if (value instanceof Long) return !(value instanceof Timestamp)
  return value instanceof Double || value instanceof Int32 || value instanceof Decimal128
}

/** The JavaScript number where the type is just a wrapping of one; else undefined (Long, Decimal128, bigint). */
function asDouble(value: BsonNumber): number | undefined {
  if (typeof value === 'number') return value
  if (value instanceof Int32 || value instanceof Double) return value.value
  return undefined
}

/** An exact fraction, or one of the three values that are none. */
type Exact = { numerator: bigint; denominator: bigint } | number

/** Orders two numbers of any type exactly as MongoDB does: by value, NaN before all others. */
export function compareNumbers(a: BsonNumber, b: BsonNumber): number {
  const left = asDouble(a)
  const right = asDouble(b)
  if (left !== undefined && right !== undefined) return compareDoubles(left, right)
  return compareExact(exact(a), exact(b))
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
}

function compareExact(a: Exact, b: Exact): number {
  if (typeof a === 'number') return typeof b === 'number' ? compareDoubles(a, b) : a > 0 ? 1 : -1
  if (typeof b === 'number') return b > 0 ? -1 : 1
  const difference = a.numerator * b.denominator - b.numerator * a.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function exact(value: BsonNumber): Exact {
  const double = asDouble(value)
  if (double !== undefined) return Number.isFinite(double) ? exactDouble(double) : double
  if (typeof value === 'bigint') return { numerator: value, denominator: 1n }
  if (value instanceof Long) return { numerator: value.toBigInt(), denominator: 1n }
  return exactDecimal(String(value))
}

/** A finite double is an integer times a power of two. */
function exactDouble(value: number): Exact {
  let denominator = 1n
  let scaled = value
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    denominator *= 2n
  }
  return { numerator: BigInt(scaled), denominator }
}

/** `text` is how Decimal128 writes itself: digits, perhaps a point, perhaps an exponent; or NaN, Infinity. */
function exactDecimal(text: string): Exact {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(text)
  if (!parts) return Number(text)
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts
  const digits = BigInt(`${sign}${whole}${fraction}`)
  const power = Number(exponent) - fraction.length
  if (power >= 0) return { numerator: digits * 10n ** BigInt(power), denominator: 1n }
  return { numerator: digits, denominator: 10n ** BigInt(-power) }
}

/** A text that two numbers share exactly when MongoDB calls them equal, whatever their types. */
export function numberKey(value: BsonNumber): string {
  const double = asDouble(value)
  if (double !== undefined && (Number.isSafeInteger(double) || !Number.isInteger(double))) return `${double + 0}`
  if (value instanceof Long) return value.toString()
  const precise = exact(value)
  if (typeof precise === 'number') return `${precise}`
  if (precise.numerator % precise.denominator === 0n) return `${precise.numerator / precise.denominator}`
  const nearest = Number(String(value))
  return compareNumbers(nearest, value) === 0 ? `${nearest}` : fractionKey(precise.numerator, precise.denominator)
}

/** Decimals that differ only by trailing zeros are one number. */
function fractionKey(numerator: bigint, denominator: bigint): string {
  if (numerator % 10n === 0n && denominator % 10n === 0n) return fractionKey(numerator / 10n, denominator / 10n)
  return `${numerator}/${denominator}`
}
