import type { Row } from '../store.js'

/** Whole numbers up to 2^53 are exact: the upper bits hold the hash, the lower the position. */
const EXACT = 2 ** 53
/** Characters of an id that differ between records of one object. */
const [FIRST, LAST] = [6, 15]

const finished = (h: number): number => Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0

const hashOfId = (id: string, seed: number): number => {
  let h = (0x811c9dc5 ^ seed) >>> 0
  for (let i = FIRST; i < LAST; i++) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193)
  return finished(h)
}

/** A whole number below 2^32 that looks random and depends on nothing but the two. */
export const hashOfNumber = (n: number, seed: number): number =>
  finished(finished(Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)))

/**
 * The numbers from 0 to count - 1 in the order of their hashes.
 *
 * @param hash a whole number below 2^32 for each
 */
export const shuffledOrder = (count: number, hash: (n: number) => number): Uint32Array => {
  const width = 2 ** Math.ceil(Math.log2(count + 1))
  const room = Math.min(2 ** 32, EXACT / width)
  const keys = new Float64Array(count)
  for (let n = 0; n < count; n++) keys[n] = (hash(n) % room) * width + n
  keys.sort()
  const order = new Uint32Array(count)
  let at = 0
  for (const key of keys) order[at++] = key % width
  return order
}

/**
 * The rows in an order that looks like none, the same for the same ids and seed: without ORDER BY an org promises no
 * order (soql.md §5), and a client must not learn one here.
 */
export const shuffled = (rows: readonly Row[], seed: number): Row[] => {
  const mixed: Row[] = []
  for (const n of shuffledOrder(rows.length, (at) => hashOfId(rows[at]?.Id ?? '', seed))) {
    const row = rows[n]
    if (row) mixed.push(row)
  }
  return mixed
}
