import { Decimal128, Double, Int32, Long, Timestamp } from 'bson'
import { CommandError, notOffered } from '../command-error.js'
import { isBsonNumber } from '../bson/numbers.js'
import { compareValues } from '../bson/order.js'
import { shellText } from '../bson/shell-text.js'
import { encode, isDocument } from '../bson/value.js'
import { typeNameOf } from '../bson/type-names.js'
import { ARRAY_OPERATORS } from './array-operators.js'
import { type At, REMOVED, UNCHANGED, type UpdateOperator } from './operator.js'

const set: UpdateOperator = {
  approach: 'create',
  apply: (current, operand, at) => {
    if (current === undefined || compareValues(current, operand) !== 0) return operand
    return encode({ v: at.typed() }).equals(encode({ v: operand })) ? UNCHANGED : operand
  },
}

const unset: UpdateOperator = { approach: 'ignore', apply: () => REMOVED }

function arithmetic(name: string, verb: string, combine: Combine): UpdateOperator {
  return {
    approach: 'create',
    check: (operand, path) => {
      if (isBsonNumber(operand)) return
      throw new CommandError(14, `Cannot ${verb} with non-numeric argument: {${path}: ${shellText(operand)}}`)
    },
    apply: (current, operand, at) => {
      const given = numberFrom(operand)
      if (current === undefined) return combine.missing(given)
      if (!isBsonNumber(current)) throw nonNumeric(name, current, at)
      const before = numberFrom(at.typed())
      const result = calculate(name, before, given, combine)
      return result.constructor === before.constructor && compareValues(before, result) === 0 ? UNCHANGED : result
    },
  }
}

type TypedNumber = Int32 | Double | Long

/** What an arithmetic operator does with two numbers. */
interface Combine {
  missing(operand: TypedNumber): TypedNumber
  doubles(a: number, b: number): number
  integers(a: bigint, b: bigint): bigint
}

/** A number in the class of its type. */
function numberFrom(value: unknown): TypedNumber {
  if (value instanceof Int32 || value instanceof Double || value instanceof Long) return value
  if (value instanceof Decimal128) throw notOffered('arithmetic with a Decimal128')
  const isInt = Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31
  return isInt ? new Int32(Number(value)) : new Double(Number(value))
}

function nonNumeric(name: string, current: unknown, { path, id }: At): CommandError {
  const type = typeNameOf(current)
  return new CommandError(
    14,
    `Cannot apply ${name} to a value of non-numeric type. {_id: ${shellText(id)}} has the field '${path}' of non-numeric type ${type}`,
  )
}

/** The result has the wider type of the two; two ints that overflow make a long, two longs an error. */
function calculate(name: string, a: TypedNumber, b: TypedNumber, combine: Combine): TypedNumber {
  if (a instanceof Double || b instanceof Double) return new Double(combine.doubles(doubleOf(a), doubleOf(b)))
  const result = combine.integers(BigInt(a.toString()), BigInt(b.toString()))
  if (a instanceof Int32 && b instanceof Int32 && BigInt.asIntN(32, result) === result) return new Int32(Number(result))
  if (BigInt.asIntN(64, result) !== result) throw new CommandError(2, `Failed to apply ${name}: integer overflow`)
  return Long.fromBigInt(result)
}

function doubleOf(value: TypedNumber): number {
  return value instanceof Long ? value.toNumber() : value.value
}

function extreme(sign: 1 | -1): UpdateOperator {
  return {
    approach: 'create',
    apply: (current, operand) =>
      current !== undefined && compareValues(operand, current) * sign <= 0 ? UNCHANGED : operand,
  }
}

const currentDate: UpdateOperator = {
  approach: 'create',
  check: (operand) => {
    if (typeof operand === 'boolean') return
    if (!isDocument(operand)) {
      throw new CommandError(
        2,
        `${typeNameOf(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
      )
    }
    const [option, ...others] = Object.keys(operand)
    if (option !== '$type' || others.length > 0)
      throw new CommandError(2, `Unrecognized $currentDate option: ${option}`)
    if (operand.$type === 'date' || operand.$type === 'timestamp') return
    throw new CommandError(2, "The '$type' string field is required to be 'date' or 'timestamp'")
  },
  apply: (_current, operand, { now }) =>
    isDocument(operand) && operand.$type === 'timestamp'
      ? new Timestamp({ t: Math.floor(now / 1000), i: 1 })
      : new Date(now),
}

const bit: UpdateOperator = {
  approach: 'create',
  check: (operand, path) => {
    if (!isDocument(operand)) {
      throw new CommandError(
        2,
        `The $bit modifier is not compatible with a ${typeNameOf(operand)}: {${path}: ${shellText(operand)}}`,
      )
    }
    for (const [name, mask] of Object.entries(operand)) {
      if (name !== 'and' && name !== 'or' && name !== 'xor') {
        throw new CommandError(2, `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'`)
      }
      if (!Number.isInteger(mask) && !(mask instanceof Long))
        throw new CommandError(2, 'The $bit modifier field must be an Integer(32/64 bit)')
    }
  },
  apply: (current, operand, at) => {
    const before = current === undefined ? new Int32(0) : at.typed()
    if (!(before instanceof Int32) && !(before instanceof Long)) {
      throw new CommandError(
        2,
        `Cannot apply $bit to a value of non-integral type: the field ${at.path} is a ${typeNameOf(before)}`,
      )
    }
    const masks = Object.entries(isDocument(operand) ? operand : {})
    const result = masks.reduce(applyBits, BigInt(before.toString()))
    if (current !== undefined && BigInt(before.toString()) === result) return UNCHANGED
    const isLong = before instanceof Long || masks.some(([, mask]) => mask instanceof Long)
    return isLong ? Long.fromBigInt(result) : new Int32(Number(result))
  },
}

function applyBits(value: bigint, [name, mask]: [string, unknown]): bigint {
  const bits = BigInt(String(mask))
  if (name === 'and') return value & bits
  return name === 'or' ? value | bits : value ^ bits
}

/** The update operators but `$rename`, which has two places. */
export const OPERATORS: Readonly<Record<string, UpdateOperator>> = {
  $set: set,
  $setOnInsert: set,
  $unset: unset,
  $inc: arithmetic('$inc', 'increment', {
    missing: (operand) => operand,
    doubles: (a, b) => a + b,
    integers: (a, b) => a + b,
  }),
  $mul: arithmetic('$mul', 'multiply', {
    missing: (operand) =>
      calculate('$mul', operand, new Int32(0), { missing: (one) => one, doubles: () => 0, integers: () => 0n }),
    doubles: (a, b) => a * b,
    integers: (a, b) => a * b,
  }),
  $min: extreme(-1),
  $max: extreme(1),
  $currentDate: currentDate,
  $bit: bit,
  ...ARRAY_OPERATORS,
}
