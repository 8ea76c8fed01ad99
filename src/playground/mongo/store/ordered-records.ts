const BLOCK_SIZE = 512
const FIRST_BLOCK_SIZE = 4

/** Says where a record lies as seen from some key: negative before it, 0 at it, positive after it. */
export type Side = (record: number) => number

/**
 * Record numbers kept in the order of a key that lies in the records themselves, in sorted blocks: four bytes a
 * record, and adding at the end (as generated ids do) costs next to nothing.
 */
export class OrderedRecords {
  readonly #compare: (a: number, b: number) => number
  readonly #blocks: Int32Array[] = []
  readonly #lengths: number[] = []
  size = 0

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare
  }

  /** Puts a record, whose document is already in its place, where its key belongs. */
  insert(record: number): void {
    this.size++
    const last = this.#blocks.length - 1
    if (last < 0) {
      this.#blocks.push(new Int32Array(FIRST_BLOCK_SIZE))
      this.#lengths.push(0)
      this.#insertAt(0, 0, record)
      return
    }
    if (this.#compare(this.#at(last, this.#length(last) - 1), record) < 0) {
      this.#append(last, record)
      return
    }
    const side: Side = (other) => this.#compare(other, record)
    const block = this.#blockOf(side)
    this.#insertAt(block, this.#placeIn(block, side), record)
  }

  /** Takes a record out. Its document must still be what it was when the record was put in. */
  delete(record: number): void {
    const side: Side = (other) => this.#compare(other, record)
    const block = this.#blockOf(side)
    const place = this.#placeIn(block, side)
    if (block === this.#blocks.length || this.#at(block, place) !== record) return
    const items = this.#blocks[block]
    const length = this.#length(block) - 1
    items?.copyWithin(place, place + 1)
    this.#lengths[block] = length
    this.size--
    if (length > 0) return
    this.#blocks.splice(block, 1)
    this.#lengths.splice(block, 1)
  }

  /** The record whose key is exactly the one that `side` looks from, or -1. */
  find(side: Side): number {
    const last = this.#blocks.length - 1
    if (last < 0 || side(this.#at(last, this.#length(last) - 1)) < 0) return -1
    const block = this.#blockOf(side)
    const record = this.#at(block, this.#placeIn(block, side))
    return side(record) === 0 ? record : -1
  }

  /**
   * Up to `limit` records in ascending order from the first that does not lie before the key, or in descending order
   * from the last that does not lie after it. Without a key, from the end of the order.
   */
  slice(side: Side | undefined, descending: boolean, limit: number): number[] {
    return descending ? this.#sliceDown(side, limit) : this.#sliceUp(side, limit)
  }

  #sliceUp(side: Side | undefined, limit: number): number[] {
    const out: number[] = []
    let block = side ? this.#blockOf(side) : 0
    let place = side && block < this.#blocks.length ? this.#placeIn(block, side) : 0
    for (; block < this.#blocks.length; block++, place = 0) {
      for (; place < this.#length(block); place++) {
        if (out.length === limit) return out
        out.push(this.#at(block, place))
      }
    }
    return out
  }

  #sliceDown(side: Side | undefined, limit: number): number[] {
    const out: number[] = []
    const after: Side | undefined = side && ((record) => (side(record) > 0 ? 1 : -1))
    let block = after ? this.#blockOf(after) : this.#blocks.length
    let place = after && block < this.#blocks.length ? this.#placeIn(block, after) : 0
    for (;;) {
      for (place--; place >= 0; place--) {
        if (out.length === limit) return out
        out.push(this.#at(block, place))
      }
      if (--block < 0) return out
      place = this.#length(block)
    }
  }

  /** All records, in order. */
  *all(): Generator<number> {
    for (let block = 0; block < this.#blocks.length; block++) {
      for (let place = 0; place < this.#length(block); place++) yield this.#at(block, place)
    }
  }

  #at(block: number, place: number): number {
    return this.#blocks[block]?.[place] ?? -1
  }

  #length(block: number): number {
    return this.#lengths[block] ?? 0
  }

  /** The first block that reaches as far as the key; the number of blocks when none does. */
  #blockOf(side: Side): number {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (side(this.#at(middle, this.#length(middle) - 1)) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #placeIn(block: number, side: Side): number {
    let low = 0
    let high = this.#length(block)
    while (low < high) {
      const middle = (low + high) >> 1
      if (side(this.#at(block, middle)) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #append(last: number, record: number): void {
    const length = this.#length(last)
    if (length < BLOCK_SIZE) {
      this.#insertAt(last, length, record)
      return
    }
    this.#blocks.push(new Int32Array(BLOCK_SIZE))
    this.#lengths.push(0)
    this.#insertAt(last + 1, 0, record)
  }

  #insertAt(block: number, place: number, record: number): void {
    const items = this.#roomIn(block)
    const length = this.#length(block)
    if (length === BLOCK_SIZE) {
      const half = BLOCK_SIZE / 2
      this.#split(block, items)
      if (place > half) this.#insertAt(block + 1, place - half, record)
      else this.#insertAt(block, place, record)
      return
    }
    items.copyWithin(place + 1, place, length)
    items[place] = record
    this.#lengths[block] = length + 1
  }

  #roomIn(block: number): Int32Array {
    const items = this.#blocks[block] ?? new Int32Array(FIRST_BLOCK_SIZE)
    if (this.#length(block) < items.length || items.length === BLOCK_SIZE) return items
    const larger = new Int32Array(items.length * 2)
    larger.set(items)
    this.#blocks[block] = larger
    return larger
  }

  #split(block: number, items: Int32Array): void {
    const half = BLOCK_SIZE / 2
    const upper = new Int32Array(BLOCK_SIZE)
    upper.set(items.subarray(half))
    this.#blocks.splice(block + 1, 0, upper)
    this.#lengths.splice(block, 1, half, half)
  }
}
