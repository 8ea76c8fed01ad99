const SLAB_SIZE = 1 << 20
/** Documents larger than this have a buffer of their own. */
const LARGEST_IN_SLAB = SLAB_SIZE >> 2
const HEADER_SIZE = 8
/** Positions are counted in units of 8 bytes, so that 32 bits reach 32 GB. */
const UNITS_PER_SLAB = SLAB_SIZE >> 3
const ABSENT = 0xffffffff
const LARGE = 0xfffffffe

/**
 * Holds documents as their BSON bytes in a few large buffers: a million small documents as buffers of their own would
 * cost as much again in bookkeeping. A document is addressed by its record number, which never changes and is never
 * given twice; the numbers follow the order of insertion. Each copy is preceded by its record number and its room.
 */
export class Arena {
  readonly #slabs: (Buffer | undefined)[] = []
  /** Bytes in each slab that belong to living documents, headers included. */
  readonly #live: number[] = []
  readonly #large = new Map<number, Buffer>()
  #positions = new Uint32Array(64)
  #tail = -1
  #tailUsed = SLAB_SIZE
  /** One more than the highest record number given. */
  end = 0
  /** How many documents there are. */
  count = 0

  /** Stores a copy of the document's bytes and returns its record number. */
  add(bytes: Buffer): number {
    const record = this.#reserve()
    this.#place(record, bytes)
    this.count++
    return record
  }

  #reserve(): number {
    const record = this.end++
    if (record >= this.#positions.length) {
      const larger = new Uint32Array(Math.ceil(this.#positions.length * 1.5))
      larger.set(this.#positions)
      this.#positions = larger
    }
    this.#positions[record] = ABSENT
    return record
  }

  /** Brings a record back that was removed, or one that another arena had. */
  restore(record: number, bytes: Buffer): void {
    while (record >= this.end) this.#reserve()
    this.#place(record, bytes)
    this.count++
  }

  /** True while the record has a document. */
  has(record: number): boolean {
    return record < this.end && this.#positions[record] !== ABSENT
  }

  /** The document's bytes: a view that is only good until the next change to this arena. */
  get(record: number): Buffer {
    const bytes = this.holder(record)
    const at = this.offset(record)
    return bytes.subarray(at, at + bytes.readInt32LE(at))
  }

  /** The buffer that the document lies in, at `offset`: for looks that are not worth a view of their own. */
  holder(record: number): Buffer {
    const position = this.#positions[record] ?? ABSENT
    const bytes = position === LARGE ? this.#large.get(record) : this.#slabs[Math.floor(position / UNITS_PER_SLAB)]
    if (!bytes) throw new RangeError(`record ${record} has no document`)
    return bytes
  }

  /** Where in `holder` the document begins. */
  offset(record: number): number {
    const position = this.#positions[record] ?? ABSENT
    return position === LARGE ? 0 : (position % UNITS_PER_SLAB) * 8 + HEADER_SIZE
  }

  /** Replaces a document's bytes, in place when they fit. */
  set(record: number, bytes: Buffer): void {
    const position = this.#positions[record] ?? ABSENT
    const slab = this.#slabs[Math.floor(position / UNITS_PER_SLAB)]
    const at = (position % UNITS_PER_SLAB) * 8
    if (slab && bytes.length <= slab.readUInt32LE(at + 4)) {
      bytes.copy(slab, at + HEADER_SIZE)
      return
    }
    this.#free(record)
    this.#place(record, bytes)
  }

  /** Forgets a document. */
  remove(record: number): void {
    this.#free(record)
    this.#positions[record] = ABSENT
    this.count--
  }

  #place(record: number, bytes: Buffer): void {
    if (bytes.length > LARGEST_IN_SLAB) {
      this.#large.set(record, Buffer.from(bytes))
      this.#positions[record] = LARGE
      return
    }
    const room = (bytes.length + 7) & ~7
    const slab = this.#slabWithRoom(HEADER_SIZE + room)
    slab.writeUInt32LE(record, this.#tailUsed)
    slab.writeUInt32LE(room, this.#tailUsed + 4)
    bytes.copy(slab, this.#tailUsed + HEADER_SIZE)
    this.#positions[record] = this.#tail * UNITS_PER_SLAB + this.#tailUsed / 8
    this.#live[this.#tail] = (this.#live[this.#tail] ?? 0) + HEADER_SIZE + room
    this.#tailUsed += HEADER_SIZE + room
  }

  #slabWithRoom(size: number): Buffer {
    const tail = this.#slabs[this.#tail]
    if (tail && this.#tailUsed + size <= SLAB_SIZE) return tail
    if (tail) tail.fill(0xff, this.#tailUsed)
    const slab = Buffer.allocUnsafeSlow(SLAB_SIZE)
    const free = this.#slabs.indexOf(undefined)
    this.#tail = free === -1 ? this.#slabs.length : free
    this.#slabs[this.#tail] = slab
    this.#live[this.#tail] = 0
    this.#tailUsed = 0
    return slab
  }

  #free(record: number): void {
    const position = this.#positions[record] ?? ABSENT
    if (position === LARGE) this.#large.delete(record)
    const number = Math.floor(position / UNITS_PER_SLAB)
    const slab = this.#slabs[number]
    if (!slab) return
    const at = (position % UNITS_PER_SLAB) * 8
    const live = (this.#live[number] ?? 0) - HEADER_SIZE - slab.readUInt32LE(at + 4)
    this.#live[number] = live
    this.#positions[record] = ABSENT
    if (number !== this.#tail && live < SLAB_SIZE / 2) this.#compact(number, slab)
  }

  /** Moves what still lives in a half-empty slab to the tail and lets the slab go. */
  #compact(number: number, slab: Buffer): void {
    this.#live[number] = SLAB_SIZE
    let at = 0
    while (at + HEADER_SIZE <= SLAB_SIZE && slab.readUInt32LE(at) !== ABSENT) {
      const record = slab.readUInt32LE(at)
      const body = at + HEADER_SIZE
      if (this.#positions[record] === number * UNITS_PER_SLAB + at / 8) {
        this.#place(record, slab.subarray(body, body + slab.readInt32LE(body)))
      }
      at = body + slab.readUInt32LE(at + 4)
    }
    this.#live[number] = 0
    this.#slabs[number] = undefined
  }

  /** Bytes held, for the figures of collStats. */
  get size(): number {
    let bytes = 0
    for (const live of this.#live) bytes += live
    for (const document of this.#large.values()) bytes += document.length
    return bytes
  }
}
