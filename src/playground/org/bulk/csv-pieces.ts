/** Bytes worth a write of their own. */
const PIECE_BYTES = 64 * 1024
const QUOTE = 34

/** Gathers CSV that is written byte by byte into pieces worth a write each. */
export class CsvPieces {
  #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #length = 0

  /** Makes room for so many bytes more; what was gathered, if the piece is full. */
  room(bytes: number): Buffer | undefined {
    if (this.#length + bytes <= this.#piece.length) return undefined
    const full = this.taken()
    this.#piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes))
    return full
  }

  /** What was gathered, if anything was. Without more `room` nothing may be written after it. */
  taken(): Buffer | undefined {
    const taken = this.#length === 0 ? undefined : this.#piece.subarray(0, this.#length)
    this.#length = 0
    return taken
  }

  /** Writes one character below U+0080. */
  byte(character: string): void {
    this.#piece[this.#length++] = character.charCodeAt(0)
  }

  /** Writes text as it is. */
  text(text: string): void {
    this.#length += this.#piece.write(text, this.#length)
  }

  /** Writes a cell from other CSV, which it leaves as it is if it is quoted there, and else quotes. */
  cell(csv: Buffer, from: number, to: number): void {
    const isQuoted = csv[from] === QUOTE && from < to
    const piece = this.#piece
    let at = this.#length
    if (!isQuoted) piece[at++] = QUOTE
    // Cells are short: a loop copies them faster than a call does.
    for (let next = from; next < to; next++) piece[at++] = csv[next] ?? QUOTE
    if (!isQuoted) piece[at++] = QUOTE
    this.#length = at
  }
}
