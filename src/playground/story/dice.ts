/** A seed as people write it, as the 32-bit number the dice start from (FNV-1a). */
export function seedNumber(seed: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < seed.length; at++) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/**
 * Repeatable chance (mulberry32). Every (seed, stream, index) has dice of its own, so person 700,000 can be thrown
 * without throwing the 699,999 before, and a new question about a person does not change the answers to the old ones.
 */
export class Dice {
  #state: number

  constructor(seed: number, stream: number, index: number) {
    this.#state = scramble(seed ^ scramble(Math.imul(stream, 0x9e3779b1) ^ scramble(index)))
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** `count` neighbours of a random place in the list, going round at its end: distinct, and cheaper than a shuffle. */
  some<T>(list: readonly T[], count: number): T[] {
    const from = this.below(list.length)
    const taken: T[] = []
    for (let at = 0; at < count && at < list.length; at++) taken.push(list[(from + at) % list.length] as T)
    return taken
  }
}

function scramble(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
