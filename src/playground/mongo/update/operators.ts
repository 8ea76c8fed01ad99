import { Decimal128, Long, Timestamp } from 'bson'
import { CommandError, notOffered } from '../command-error.js'
import { isBsonNumber } from '../bson/numbers.js'
import { compareValues } from '../bson/order.js'
import { shellText } from '../bson/shell-text.js'
import { isDocument } from '../bson/value.js'
import { typeNameOf } from '../bson/type-names.js'
import { ARRAY_OPERATORS } from './array-operators.js'
import { type At, REMOVED, UNCHANGED, type UpdateOperator } from './operator.js'

const set: UpdateOperator = {
  approach: 'create',
  apply: (current, operand) => (current !== undefined && compareValues(current, operand) === 0 ? UNCHANGED : operand),
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
      if (current === undefined) return combine.missing(operand)
      if (!isBsonNumber(current)) throw nonNumeric(name, current, at)
      const result = calculate(name, current, operand, combine)
      return compareValues(current, result) === 0 ? UNCHANGED : result
    },
  }
}

/** What an arithmetic operator does with two numbers. */
interface Combine {
  missing(operand: unknown): unknown
  doubles(a: number, b: number): number
  integers(a: bigint, b: bigint): bigint
}

function nonNumeric(name: string, current: unknown, { path, id }: At): CommandError {
  const type = typeNameOf(current)
  return new CommandError(
    14,
    `Cannot apply ${name} to a value of non-numeric type. {_id: ${shellText(id)}} has the field '${path}' of non-numeric type ${type}`,
  )
}

function calculate(name: string, current: unknown, operand: unknown, combine: Combine): unknown {
  if (current instanceof Decimal128 || operand instanceof Decimal128) throw notOffered(`${name} with a Decimal128`)
  if (typeof current === 'number' && typeof operand === 'number') {
    const result = combine.doubles(current, operand)
    if (Number.isSafeInteger(result) || !Number.isInteger(current) || !Number.isInteger(operand)) return result
  }
  if ([current, operand].some((value) => typeof value === 'number' && !Number.isInteger(value))) {
    return combine.doubles(Number(String(current)), Number(String(operand)))
  }
  const result = combine.integers(BigInt(String(current)), BigInt(String(operand)))
  if (BigInt.asIntN(64, result) !== result) throw new CommandError(2, `Failed to apply ${name}: integer overflow`)
  return Long.fromBigInt(result)
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
      if (!Number.isInteger(mask)) throw new CommandError(2, 'The $bit modifier field must be an Integer(32/64 bit)')
    }
  },
  apply: (current, operand, { path }) => {
    const before = current ?? 0
    if (!Number.isInteger(before)) {
      throw new CommandError(
        2,
        `Cannot apply $bit to a value of non-integral type: the field ${path} is a ${typeNameOf(before)}`,
      )
    }
    const result = Object.entries(isDocument(operand) ? operand : {}).reduce(applyBits, BigInt(Number(before)))
    return current !== undefined && BigInt(Number(before)) === result ? UNCHANGED : Number(result)
  },
}

function applyBits(value: bigint, [name, mask]: [string, unknown]): bigint {
  const bits = BigInt(Number(mask))
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
    missing: () => 0,
    doubles: (a, b) => a * b,
    integers: (a, b) => a * b,
  }),
  $min: extreme(-1),
  $max: extreme(1),
  $currentDate: currentDate,
  $bit: bit,
  ...ARRAY_OPERATORS,
}
