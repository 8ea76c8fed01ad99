import { CommandError, notOffered } from '../command-error.js'
import { type Amount, amountOf, combine, isInt, numberOf, OPERATIONS, ZERO } from '../bson/arithmetic.js'
import { isBsonNumber } from '../bson/numbers.js'
import { compareValues } from '../bson/order.js'
import { valueKey } from '../bson/value-key.js'
import { exactDouble, isDocument, type Document } from '../bson/value.js'

/** Collects a value from each document of a group; `undefined` stands for a missing one. */
export interface Accumulator {
  add(value: unknown): void
  result(): unknown
}

/** A running total of numbers of any type. Ints, the commonest, are added up as plain numbers. */
class Total {
  #ints = 0
  #rest = ZERO

  constructor(private readonly name: string) {}

  /** Adds a value; false for what is no number. */
  add(value: unknown): boolean {
    if (!isBsonNumber(value)) return false
    if (typeof value === 'number' && isInt(value) && Number.isSafeInteger(this.#ints + value)) this.#ints += value
    else this.#rest = combine(OPERATIONS.plus, this.#rest, amountOf(value, this.name))
    return true
  }

  get amount(): Amount {
    return combine(OPERATIONS.plus, this.#rest, { kind: 'whole', value: BigInt(this.#ints), isLong: false })
  }
}

function sum(): Accumulator {
  const total = new Total('$sum')
  return { add: (value) => total.add(value), result: () => numberOf(total.amount) }
}

function average(): Accumulator {
  const total = new Total('$avg')
  let count = 0
  return {
    add: (value) => {
      if (total.add(value)) count++
    },
    result: () => (count === 0 ? null : exactDouble(Number(total.amount.value) / count)),
  }
}

/** Null and missing values do not count. */
function extreme(sign: 1 | -1): Accumulator {
  let found: unknown = null
  return {
    add: (value) => {
      if (value === null || value === undefined) return
      if (found === null || compareValues(value, found) * sign > 0) found = value
    },
    result: () => found,
  }
}

function first(): Accumulator {
  let found: unknown
  let any = false
  return {
    add: (value) => {
      if (!any) found = value
      any = true
    },
    result: () => found ?? null,
  }
}

function last(): Accumulator {
  let found: unknown
  return { add: (value) => (found = value), result: () => found ?? null }
}

function push(): Accumulator {
  const values: unknown[] = []
  return {
    add: (value) => {
      if (value !== undefined) values.push(value)
    },
    result: () => values,
  }
}

function addToSet(): Accumulator {
  const values = new Map<string, unknown>()
  return {
    add: (value) => {
      if (value !== undefined) values.set(valueKey(value), value)
    },
    result: () => [...values.values()],
  }
}

function mergeObjects(): Accumulator {
  const merged: Document = {}
  return {
    add: (value) => {
      if (value === null || value === undefined) return
      if (!isDocument(value)) throw new CommandError(40400, '$mergeObjects requires object inputs')
      Object.assign(merged, value)
    },
    result: () => merged,
  }
}

function counter(): Accumulator {
  let count = 0
  return {
    add: () => {
      count++
    },
    result: () => count,
  }
}

const ACCUMULATORS = new Map<string, () => Accumulator>(
  Object.entries({
    $sum: sum,
    $avg: average,
    $max: () => extreme(1),
    $min: () => extreme(-1),
    $first: first,
    $last: last,
    $push: push,
    $addToSet: addToSet,
    $mergeObjects: mergeObjects,
    $count: counter,
  }),
)

const LACKING = new Set(
  '$accumulator $bottom $bottomN $firstN $lastN $maxN $median $minN $percentile $stdDevPop $stdDevSamp $top $topN'.split(
    ' ',
  ),
)

/** How an accumulator of this name is made; throws 15952 for an unknown one. */
export function accumulatorOf(name: string): () => Accumulator {
  const make = ACCUMULATORS.get(name)
  if (make) return make
  if (LACKING.has(name)) throw notOffered(`the group operator ${name}`)
  throw new CommandError(15952, `unknown group operator '${name}'`)
}
