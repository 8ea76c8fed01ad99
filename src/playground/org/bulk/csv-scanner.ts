/** A record that breaks RFC 4180, and where the record begins. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault'

  /** @param start index of the record's first character */
  constructor(
    readonly reason: string,
    readonly start: number,
  ) {
    super(reason)
  }
}

const QUOTE = '"'

/** Index of a character from a place on; looked up anew only once that place is passed, so a scan stays linear. */
class Landmark {
  private found = -1

  constructor(
    private readonly text: string,
    private readonly character: string,
  ) {}

  from(at: number): number {
    if (this.found < at) {
      const next = this.text.indexOf(this.character, at)
      this.found = next < 0 ? Number.POSITIVE_INFINITY : next
    }
    return this.found
  }
}

/**
 * Cuts CSV text into records, strictly: a quote opens a cell or is doubled inside a quoted one, and nothing but a
 * delimiter or the end of the line follows the closing one. Nothing is trimmed; a line with no character is no record.
 */
export class CsvScanner {
  private readonly delimiters: Landmark
  private readonly newlines: Landmark
  private readonly quotes: Landmark
  private position = 0
  private recordStart = 0

  /** @param delimiter one character */
  constructor(
    private readonly text: string,
    private readonly delimiter: string,
  ) {
    this.delimiters = new Landmark(text, delimiter)
    this.newlines = new Landmark(text, '\n')
    this.quotes = new Landmark(text, QUOTE)
  }

  /** Where the record that `next` returned last begins. */
  get start(): number {
    return this.recordStart
  }

  /** Where the record that `next` returned last ends, its line ending included. */
  get end(): number {
    return this.position
  }

  /**
   * The cells of the next record; undefined at the end of the text.
   *
   * @throws CsvFault
   */
  next(): string[] | undefined {
    this.skipEmptyLines()
    this.recordStart = this.position
    if (this.position >= this.text.length) return undefined
    const cells: string[] = []
    do cells.push(this.text[this.position] === QUOTE ? this.quotedCell() : this.plainCell())
    while (this.stepOverDelimiter())
    return cells
  }

  private skipEmptyLines(): void {
    for (;;) {
      if (this.text[this.position] === '\n') this.position += 1
      else if (this.text.startsWith('\r\n', this.position)) this.position += 2
      else return
    }
  }

  /** Past a delimiter there is another cell; past a line ending, or at the end of the text, there is none. */
  private stepOverDelimiter(): boolean {
    const character = this.text[this.position]
    if (character === this.delimiter) {
      this.position += 1
      return true
    }
    if (character === '\r') this.position += 1
    this.position += 1
    return false
  }

  private plainCell(): string {
    const from = this.position
    const line = Math.min(this.newlines.from(from), this.text.length)
    const delimiter = this.delimiters.from(from)
    let end = Math.min(delimiter, line)
    if (end === line && line > from && line < this.text.length && this.text[line - 1] === '\r') end -= 1
    if (this.quotes.from(from) < end) throw new CsvFault('a quote inside an unquoted value', this.recordStart)
    this.position = end
    return this.text.slice(from, end)
  }

  private quotedCell(): string {
    const from = this.position + 1
    let close = this.text.indexOf(QUOTE, from)
    let doubled = false
    while (close >= 0 && this.text[close + 1] === QUOTE) {
      doubled = true
      close = this.text.indexOf(QUOTE, close + 2)
    }
    if (close < 0) throw new CsvFault('a quoted value that does not end', this.recordStart)
    this.position = close + 1
    const after = this.text[this.position]
    const ends =
      after === undefined || after === this.delimiter || after === '\n' || this.text.startsWith('\r\n', this.position)
    if (!ends) throw new CsvFault('characters after a closing quote', this.recordStart)
    const value = this.text.slice(from, close)
    return doubled ? value.replaceAll('""', QUOTE) : value
  }
}
