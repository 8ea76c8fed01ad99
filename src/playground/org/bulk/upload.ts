import { isUtf8 } from 'node:buffer'
import { CellCutter } from './cell-cutter.js'
import { DELIMITERS, quoted } from './csv-format.js'
import type { CsvDialect } from './csv-format.js'
import { CsvFault, CsvScanner, valueOf } from './csv-scanner.js'

/** Sizes of bulk2.md §3, in characters. */
const [MAX_HEADER, MAX_COLUMNS, MAX_RECORD, MAX_VALUE] = [32_000, 5_000, 400_000, 131_072]

/** The reason a job ends Failed, as its errorMessage says it. */
export class UploadFault extends Error {
  override readonly name = 'UploadFault'
}

const clientInput = (reason: string): UploadFault => new UploadFault(`ClientInputError : ${reason}`)

/** Uploaded data, read: names, and where each record stands. The bytes are kept, cells are cut when they are needed. */
export interface Upload {
  /** UTF-8; bytes that were none are U+FFFD. */
  readonly data: Buffer
  /** Column names as the scanner read them; none when nothing was uploaded. */
  readonly names: readonly string[]
  /** The names with the very bytes that were uploaded, quoted or not. */
  readonly headerCells: readonly string[]
  /** Where record n begins; one more entry than records, the last where the readable bytes end. */
  readonly starts: readonly number[]
  /** Why the data can not be read beyond its last record. */
  readonly fault: UploadFault | undefined
}

/**
 * Every line must end as the job says, inside quotes too: that has tripped the real check (bulk2.md §3).
 */
const checkLineEndings = (data: Buffer, { lineEnding }: CsvDialect): void => {
  const wrong = lineEnding === 'LF' ? data.includes('\r\n') : hasBareNewline(data)
  if (wrong) throw clientInput(`LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`)
}

const [LF, CR] = [10, 13]

const hasBareNewline = (data: Buffer): boolean => {
  for (let at = data.indexOf(LF); at >= 0; at = data.indexOf(LF, at + 1)) if (data[at - 1] !== CR) return true
  return false
}

const headerCellsOf = (raw: string, names: readonly string[], delimiter: string): readonly string[] => {
  const cells = raw.replace(/\r?\n$/, '').split(delimiter)
  return cells.length === names.length ? cells : names.map(quoted)
}

const checkHeader = (raw: string, names: readonly string[]): void => {
  if (raw.length > MAX_HEADER) throw clientInput(`The header row is longer than ${MAX_HEADER} characters`)
  if (names.length > MAX_COLUMNS) throw clientInput(`There are more than ${MAX_COLUMNS} columns`)
}

const checkRecord = (scanner: CsvScanner, data: Buffer, columns: number): void => {
  const { cells, start, end } = scanner
  if (cells !== columns) throw new CsvFault(`${cells} values for ${columns} columns`, start)
  // A character is a byte or more.
  if (end - start <= MAX_VALUE) return
  if (data.toString('utf8', start, end).length > MAX_RECORD) {
    throw new CsvFault(`a record of more than ${MAX_RECORD} characters`, start)
  }
  if (cellsOf(scanner, data).some((cell) => cell.length > MAX_VALUE)) {
    throw new CsvFault(`a value of more than ${MAX_VALUE} characters`, start)
  }
}

/** Where the records stand, up to the first that can not be read. */
const scanRecords = (scanner: CsvScanner, data: Buffer, columns: number): Pick<Upload, 'starts' | 'fault'> => {
  const starts: number[] = []
  try {
    while (scanner.next()) {
      checkRecord(scanner, data, columns)
      starts.push(scanner.start)
    }
    return { starts: [...starts, scanner.end], fault: undefined }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    const fault = clientInput(`CSV can not be read after record ${starts.length}: ${error.reason}`)
    return { starts: [...starts, error.start], fault }
  }
}

/** The same bytes, unless some are no UTF-8. A byte order mark stays. */
const asUtf8 = (data: Buffer): Buffer =>
  isUtf8(data) ? data : Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(data))

/**
 * Reads the data of a job. A byte order mark stays and becomes part of the first name, as on the platform (bulk2.md §3).
 *
 * @throws UploadFault when not even its first line can be used
 */
export const readUpload = (uploaded: Buffer, dialect: CsvDialect): Upload => {
  const data = asUtf8(uploaded)
  checkLineEndings(data, dialect)
  const delimiter = DELIMITERS[dialect.columnDelimiter]
  const scanner = new CsvScanner(data, delimiter)
  try {
    const names = scanner.next() ? cellsOf(scanner, data) : []
    const raw = data.toString('utf8', scanner.start, scanner.end)
    checkHeader(raw, names)
    const headerCells = names.length === 0 ? [] : headerCellsOf(raw, names, delimiter)
    return { data, names, headerCells, ...scanRecords(scanner, data, names.length) }
  } catch (error) {
    throw error instanceof CsvFault ? clientInput(`The header row can not be read: ${error.reason}`) : error
  }
}

/** How many records there are. */
export const recordCount = ({ starts }: Upload): number => starts.length - 1

/** What the cells of the scanner's record say. */
const cellsOf = (scanner: CsvScanner, data: Buffer): string[] =>
  Array.from({ length: scanner.cells }, (_, cell) =>
    valueOf(data.toString('utf8', scanner.from(cell), scanner.to(cell))),
  )

/** The cells of the records from `first` to before `end`. */
export const recordsAt = (upload: Upload, first: number, end: number, dialect: CsvDialect): string[][] => {
  const { data, starts } = upload
  const [from, to] = [starts[first] ?? 0, starts[end] ?? 0]
  const cutter = new CellCutter(data.toString('latin1', from, to), from)
  const scanner = new CsvScanner(data, DELIMITERS[dialect.columnDelimiter])
  const records: string[][] = []
  for (let row = first; row < end; row++) {
    scanner.next(starts[row])
    records.push(scanner.isAscii ? cutter.cells(scanner) : cellsOf(scanner, data))
  }
  return records
}
