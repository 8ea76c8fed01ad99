/** A record that breaks RFC 4180, and where the record begins. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault'

  /** @param start index of the record's first byte */
  constructor(
    readonly reason: string,
    readonly start: number,
  ) {
    super(reason)
  }
}

const [LF, CR, QUOTE] = [10, 13, 34]

/**
 * Finds the records of CSV and the cells in them, strictly: a quote opens a cell or is doubled inside a quoted one, and
 * nothing but a delimiter or the end of the line follows the closing one. Nothing is trimmed; a line with no character is
 * no record. It works on UTF-8 bytes, in which these characters are never part of another, and makes no text: most of what
 * is found only has to be counted or copied.
 */
export class CsvScanner {
  readonly #bytes: Buffer
  readonly #delimiter: number
  /** Where each cell begins and ends, its quotes included, two places a cell; only the first `#places` are of this record. */
  readonly #bounds: number[] = []
  #places = 0
  #start = 0
  #position = 0
  /** All bytes of the record but those of its ends, or-ed. */
  #bits = 0

  /** @param delimiter one character below U+0080 */
  constructor(bytes: Buffer, delimiter: string) {
    this.#bytes = bytes
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** Where the record begins. */
  get start(): number {
    return this.#start
  }

  /** Where the record ends, its line ending included. */
  get end(): number {
    return this.#position
  }

  /** How many cells the record has. */
  get cells(): number {
    return this.#places / 2
  }

  /** Whether each byte of the record is a character. */
  get isAscii(): boolean {
    return this.#bits < 0x80
  }

  /** Where cell n of the record begins: at its quote, if it is quoted. */
  from(cell: number): number {
    return this.#bounds[2 * cell] ?? this.#position
  }

  /** Where it ends. */
  to(cell: number): number {
    return this.#bounds[2 * cell + 1] ?? this.#position
  }

  /**
   * Moves on to the next record; false when there is none.
   *
   * @param from where a record begins that is to be read next, instead of the one that follows the last
   * @throws CsvFault
   */
  next(from = this.#position): boolean {
    this.#position = from
    this.#skipEmptyLines()
    const [bytes, delimiter] = [this.#bytes, this.#delimiter]
    let at = (this.#start = this.#position)
    if (at >= bytes.length) return false
    this.#places = 0
    this.#bits = 0
    for (;;) {
      const end = bytes[at] === QUOTE ? this.#quotedEnd(at) : this.#plainEnd(at)
      this.#bounds[this.#places++] = at
      this.#bounds[this.#places++] = end
      at = end + 1
      if (bytes[end] !== delimiter) break
    }
    if (bytes[at - 1] === CR) at++
    this.#position = Math.min(at, bytes.length)
    return true
  }

  #skipEmptyLines(): void {
    const bytes = this.#bytes
    for (;;) {
      if (bytes[this.#position] === LF) this.#position += 1
      else if (bytes[this.#position] === CR && bytes[this.#position + 1] === LF) this.#position += 2
      else return
    }
  }

  #plainEnd(from: number): number {
    const [bytes, delimiter] = [this.#bytes, this.#delimiter]
    const { length } = bytes
    let at = from
    let bits = 0
    for (; at < length; at++) {
      const byte = bytes[at] ?? LF
      if (byte === delimiter || byte === LF) break
      if (byte === QUOTE) throw new CsvFault('a quote inside an unquoted value', this.#start)
      bits |= byte
    }
    this.#bits |= bits
    return at > from && at < length && bytes[at] === LF && bytes[at - 1] === CR ? at - 1 : at
  }

  #quotedEnd(from: number): number {
    const bytes = this.#bytes
    const { length } = bytes
    let at = from + 1
    let bits = 0
    for (; at < length; at++) {
      const byte = bytes[at] ?? QUOTE
      bits |= byte
      if (byte !== QUOTE) continue
      if (bytes[at + 1] !== QUOTE) break
      at++
    }
    if (at >= length) throw new CsvFault('a quoted value that does not end', this.#start)
    this.#bits |= bits
    if (!this.#isEnd(at + 1)) throw new CsvFault('characters after a closing quote', this.#start)
    return at + 1
  }

  /** Whether a cell may end before this place. */
  #isEnd(at: number): boolean {
    const byte = this.#bytes[at]
    if (byte === undefined || byte === this.#delimiter || byte === LF) return true
    return byte === CR && this.#bytes[at + 1] === LF
  }
}

/** What a cell says, whether it is quoted or not. */
export const valueOf = (cell: string): string => {
  if (!cell.startsWith('"')) return cell
  const value = cell.slice(1, -1)
  return value.includes('"') ? value.replaceAll('""', '"') : value
}
