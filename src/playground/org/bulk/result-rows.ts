import { javaDouble } from '../java-number.js'
import type { ObjectDef } from '../schema.js'
import type { CsvDialect } from './csv-format.js'
import { DELIMITERS, LINE_ENDINGS, quoted } from './csv-format.js'
import { CsvPieces } from './csv-pieces.js'
import { CsvScanner, valueOf } from './csv-scanner.js'
import type { Upload } from './upload.js'

/** Bytes beside its own that a cell may take: quotes and a delimiter, or another form of a number. */
const MOST_ADDED = 32

/** A large number in a currency column comes back as the platform's own language prints it (bulk2.md §6). */
const reRendered = (cell: string): string => {
  const value = Number(cell)
  return cell.trim() === '' || !(Math.abs(value) >= 1e7) ? cell : javaDouble(value)
}

const isCurrency = (def: ObjectDef | undefined, name: string | undefined): boolean =>
  name !== undefined && def?.field(name)?.type === 'currency'

/** The rows of a result file: uploaded bytes, every value quoted, each row behind what is said of it. */
export class ResultRows {
  private readonly pieces = new CsvPieces()
  private readonly scanner: CsvScanner
  private readonly delimiter: string
  private readonly lineEnding: string
  private readonly columns: readonly { readonly place: number; readonly isCurrency: boolean }[]

  /** @param places of the columns in the upload, in the order in which they are told */
  constructor(
    private readonly upload: Upload,
    dialect: CsvDialect,
    places: readonly number[],
    def: ObjectDef | undefined,
  ) {
    this.delimiter = DELIMITERS[dialect.columnDelimiter]
    this.lineEnding = LINE_ENDINGS[dialect.lineEnding]
    this.scanner = new CsvScanner(upload.data, this.delimiter)
    this.columns = places.map((place) => ({ place, isCurrency: isCurrency(def, upload.names[place]) }))
  }

  /** Adds a row; what was gathered before, if that is worth a write. */
  add(row: number, prefix: readonly (string | null)[]): Buffer | undefined {
    const { columns, delimiter, pieces, scanner } = this
    scanner.next(this.upload.starts[row])
    const head = prefix.map(quoted).join(delimiter)
    // A UTF-16 unit is at most three bytes.
    const full = pieces.room(3 * head.length + scanner.end - scanner.start + MOST_ADDED * (columns.length + 1))
    pieces.text(head)
    for (const { place, isCurrency } of columns) {
      pieces.byte(delimiter)
      if (isCurrency) this.currency(place)
      else pieces.cell(this.upload.data, scanner.from(place), scanner.to(place))
    }
    for (const end of this.lineEnding) pieces.byte(end)
    return full
  }

  /** What is left to write, if anything is. */
  rest(): Buffer | undefined {
    return this.pieces.taken()
  }

  private currency(place: number): void {
    const cell = this.upload.data.toString('utf8', this.scanner.from(place), this.scanner.to(place))
    this.pieces.text(quoted(reRendered(valueOf(cell))))
  }
}
