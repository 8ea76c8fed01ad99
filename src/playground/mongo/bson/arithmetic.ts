import { Decimal128, Double, Int32, Long } from 'bson'
import { notOffered } from '../command-error.js'
import { type BsonNumber } from './numbers.js'
import { exactDouble } from './value.js'

/*
 * Arithmetic in BSON's types: what two numbers come to is a double if one of them is, else a long if one of them is or
 * an int cannot hold it, and a double if a long cannot.
 */

/** A number as arithmetic sees it: whole numbers as bigints, with whether they are longs. */
export type Amount =
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'whole'; readonly value: bigint; readonly isLong: boolean }

/** Takes a number apart; refuses a Decimal128 by name. */
export function amountOf(number: BsonNumber, operator: string): Amount {
  if (number instanceof Decimal128) throw notOffered(`${operator} of a Decimal128`)
  if (number instanceof Long) return { kind: 'whole', value: number.toBigInt(), isLong: true }
  if (typeof number === 'bigint') return { kind: 'whole', value: number, isLong: true }
  if (number instanceof Double) return { kind: 'double', value: number.value }
  const value = number instanceof Int32 ? number.value : number
  if (!isInt(value)) return { kind: 'double', value }
  return { kind: 'whole', value: BigInt(value), isLong: false }
}

/** True for a plain number that stands for an int: every other plain number is a double. */
export function isInt(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0)
}

/** An amount as a value of a document. */
export function numberOf(amount: Amount): number | Double | Long {
  if (amount.kind === 'double') return exactDouble(amount.value)
  const { value, isLong } = amount
  if (!isLong && BigInt.asIntN(32, value) === value) return Number(value)
  return BigInt.asIntN(64, value) === value ? Long.fromBigInt(value) : exactDouble(Number(value))
}

/** An operation on two whole numbers, and the same one on two doubles. */
interface Operation {
  readonly whole: (x: bigint, y: bigint) => bigint
  readonly double: (x: number, y: number) => number
}

/** The operations that keep to the types of their operands. */
export const OPERATIONS = {
  plus: { whole: (x, y) => x + y, double: (x, y) => x + y },
  minus: { whole: (x, y) => x - y, double: (x, y) => x - y },
  times: { whole: (x, y) => x * y, double: (x, y) => x * y },
  modulo: { whole: (x, y) => x % y, double: (x, y) => x % y },
  power: { whole: (x, y) => x ** y, double: (x, y) => x ** y },
} as const satisfies Record<string, Operation>

/** What an operation makes of two amounts. */
export function combine({ whole, double }: Operation, a: Amount, b: Amount): Amount {
  if (a.kind === 'double' || b.kind === 'double') {
    return { kind: 'double', value: double(Number(a.value), Number(b.value)) }
  }
  return { kind: 'whole', value: whole(a.value, b.value), isLong: a.isLong || b.isLong }
}

/** What a sum and a product begin with: ints. */
export const ZERO: Amount = { kind: 'whole', value: 0n, isLong: false }
export const ONE: Amount = { kind: 'whole', value: 1n, isLong: false }
