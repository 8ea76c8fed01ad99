import type { Row } from './store.js'

const NONE: readonly Row[] = []
/** Slots at the beginning; always a power of two. */
const FEWEST_SLOTS = 1_024
/** What a slot says instead of a place: that it was never taken, or that its key is gone. */
const [EMPTY, LEFT] = [0, -1]

/** How keys are compared. */
export interface Likeness {
  /** A number of 32 bits, the same for keys that are equal. */
  hash(key: string): number
  /** Whether a row has a key. */
  has(row: Row, key: string): boolean
}

/**
 * Rows by a text that they have themselves: a hash table with open addressing. Of each key it keeps a number and a place,
 * in one block without a pointer: a Map goes from pointer to pointer to compare, which costs twice as much with a million
 * keys, and its keys are more for the garbage collector to look after. A single row is kept bare and not in an array.
 */
export class KeyedRows {
  readonly #likeness: Likeness
  readonly #places: (Row | Row[] | undefined)[] = []
  readonly #freePlaces: number[] = []
  /** Two numbers a slot: the hash of a key, and its place plus one. */
  #slots = new Int32Array(2 * FEWEST_SLOTS)
  /** Slots that are not empty. */
  #taken = 0

  constructor(likeness: Likeness) {
    this.#likeness = likeness
  }

  find(key: string): readonly Row[] {
    const found = this.#places[this.#placeIn(this.#slotOf(key, this.#likeness.hash(key)))]
    if (found === undefined) return NONE
    return Array.isArray(found) ? found : [found]
  }

  add(key: string, row: Row): void {
    const hash = this.#likeness.hash(key)
    const slot = this.#slotOf(key, hash)
    const place = this.#placeIn(slot)
    const found = this.#places[place]
    if (found === undefined) this.#take(slot, hash, row)
    else if (Array.isArray(found)) found.push(row)
    else this.#places[place] = [found, row]
  }

  /** Takes a row away from its key; nothing happens if it is not there. */
  remove(key: string, row: Row): void {
    const slot = this.#slotOf(key, this.#likeness.hash(key))
    const place = this.#placeIn(slot)
    const found = this.#places[place]
    if (Array.isArray(found)) {
      const at = found.indexOf(row)
      if (at >= 0) found.splice(at, 1)
    }
    if (found !== row && !(Array.isArray(found) && found.length === 0)) return
    this.#slots[2 * slot + 1] = LEFT
    this.#places[place] = undefined
    this.#freePlaces.push(place)
  }

  /** The slot of a key, or the empty one where it belongs. */
  #slotOf(key: string, hash: number): number {
    const [slots, places] = [this.#slots, this.#places]
    const last = slots.length / 2 - 1
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const place = slots[2 * slot + 1] ?? EMPTY
      if (place === EMPTY) return slot
      if (place === LEFT || slots[2 * slot] !== hash) continue
      const found = places[place - 1]
      const row = Array.isArray(found) ? found[0] : found
      if (row !== undefined && this.#likeness.has(row, key)) return slot
    }
  }

  #placeIn(slot: number): number {
    return (this.#slots[2 * slot + 1] ?? EMPTY) - 1
  }

  #take(slot: number, hash: number, row: Row): void {
    const place = this.#freePlaces.pop() ?? this.#places.length
    this.#places[place] = row
    this.#slots[2 * slot] = hash
    this.#slots[2 * slot + 1] = place + 1
    this.#taken++
    // At most half of them: the way to an empty one stays short.
    if (4 * this.#taken > this.#slots.length) this.#spread()
  }

  /** Gives all keys new slots, so many that two thirds are empty or more. */
  #spread(): void {
    const before = this.#slots
    const keys = this.#places.length - this.#freePlaces.length
    let count = FEWEST_SLOTS
    while (count < 3 * keys) count *= 2
    const slots = (this.#slots = new Int32Array(2 * count))
    this.#taken = keys
    for (let at = 0; at < before.length; at += 2) {
      const hash = before[at] ?? 0
      const place = before[at + 1] ?? EMPTY
      if (place === EMPTY || place === LEFT) continue
      let slot = hash & (count - 1)
      while (slots[2 * slot + 1] !== EMPTY) slot = (slot + 1) & (count - 1)
      slots[2 * slot] = hash
      slots[2 * slot + 1] = place
    }
  }
}
