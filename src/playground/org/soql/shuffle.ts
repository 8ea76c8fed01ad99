import type { Row } from '../store.js'

/** Whole numbers up to 2^53 are exact: the upper bits hold the hash, the lower the position. */
const EXACT = 2 ** 53
/** Characters of an id that differ between records of one object. */
const [FIRST, LAST] = [6, 15]

const hash = (id: string, seed: number): number => {
  let h = (0x811c9dc5 ^ seed) >>> 0
  for (let i = FIRST; i < LAST; i++) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193)
  h ^= h >>> 15
  return Math.imul(h, 0x2c1b3c6d) >>> 0
}

/**
 * The rows in an order that looks like none, the same for the same ids and seed: without ORDER BY an org promises no
 * order (soql.md §5), and a client must not learn one here. About 0.2 µs a row.
 */
export const shuffled = (rows: readonly Row[], seed: number): Row[] => {
  const width = 2 ** Math.ceil(Math.log2(rows.length + 1))
  const room = Math.min(2 ** 32, EXACT / width)
  const keys = new Float64Array(rows.length)
  rows.forEach((row, i) => (keys[i] = (hash(row.Id, seed) % room) * width + i))
  keys.sort()
  const order: Row[] = []
  for (const key of keys) {
    const row = rows[key % width]
    if (row) order.push(row)
  }
  return order
}
