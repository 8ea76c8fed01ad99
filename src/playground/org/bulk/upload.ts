import { DELIMITERS, quoted } from './csv-format.js'
import type { CsvDialect } from './csv-format.js'
import { CsvFault, CsvScanner } from './csv-scanner.js'

/** Sizes of bulk2.md §3, in characters. */
const [MAX_HEADER, MAX_COLUMNS, MAX_RECORD, MAX_VALUE] = [32_000, 5_000, 400_000, 131_072]

/** The reason a job ends Failed, as its errorMessage says it. */
export class UploadFault extends Error {
  override readonly name = 'UploadFault'
}

const clientInput = (reason: string): UploadFault => new UploadFault(`ClientInputError : ${reason}`)

/** Uploaded data, read: names, and where each record stands. The text is kept, the cells are cut again when needed. */
export interface Upload {
  readonly text: string
  /** Column names as the scanner read them; none when nothing was uploaded. */
  readonly names: readonly string[]
  /** The names with the very bytes that were uploaded, quoted or not. */
  readonly headerCells: readonly string[]
  /** Where record n begins; one more entry than records, the last where the readable text ends. */
  readonly starts: readonly number[]
  /** Why the text can not be read beyond its last record. */
  readonly fault: UploadFault | undefined
}

/**
 * Every line must end as the job says, inside quotes too: that has tripped the real check (bulk2.md §3).
 */
const checkLineEndings = (text: string, { lineEnding }: CsvDialect): void => {
  const wrong = lineEnding === 'LF' ? text.includes('\r\n') : /(?:^|[^\r])\n/.test(text)
  if (wrong) throw clientInput(`LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`)
}

const headerCellsOf = (raw: string, names: readonly string[], delimiter: string): readonly string[] => {
  const cells = raw.replace(/\r?\n$/, '').split(delimiter)
  return cells.length === names.length ? cells : names.map(quoted)
}

const checkHeader = (raw: string, names: readonly string[]): void => {
  if (raw.length > MAX_HEADER) throw clientInput(`The header row is longer than ${MAX_HEADER} characters`)
  if (names.length > MAX_COLUMNS) throw clientInput(`There are more than ${MAX_COLUMNS} columns`)
}

const checkRecord = (cells: readonly string[], columns: number, length: number, start: number): void => {
  if (cells.length !== columns) throw new CsvFault(`${cells.length} values for ${columns} columns`, start)
  if (length <= MAX_VALUE) return
  if (length > MAX_RECORD) throw new CsvFault(`a record of more than ${MAX_RECORD} characters`, start)
  if (cells.some((cell) => cell.length > MAX_VALUE)) {
    throw new CsvFault(`a value of more than ${MAX_VALUE} characters`, start)
  }
}

/** Where the records stand, up to the first that can not be read. */
const scanRecords = (scanner: CsvScanner, columns: number): Pick<Upload, 'starts' | 'fault'> => {
  const starts: number[] = []
  try {
    for (let cells = scanner.next(); cells; cells = scanner.next()) {
      checkRecord(cells, columns, scanner.end - scanner.start, scanner.start)
      starts.push(scanner.start)
    }
    return { starts: [...starts, scanner.end], fault: undefined }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    const fault = clientInput(`CSV can not be read after record ${starts.length}: ${error.reason}`)
    return { starts: [...starts, error.start], fault }
  }
}

/**
 * Reads the data of a job. A byte order mark stays and becomes part of the first name, as on the platform (bulk2.md §3).
 *
 * @throws UploadFault when not even its first line can be used
 */
export const readUpload = (data: Buffer, dialect: CsvDialect): Upload => {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(data)
  checkLineEndings(text, dialect)
  const delimiter = DELIMITERS[dialect.columnDelimiter]
  const scanner = new CsvScanner(text, delimiter)
  try {
    const names = scanner.next() ?? []
    const raw = text.slice(scanner.start, scanner.end)
    checkHeader(raw, names)
    const headerCells = names.length === 0 ? [] : headerCellsOf(raw, names, delimiter)
    return { text, names, headerCells, ...scanRecords(scanner, names.length) }
  } catch (error) {
    throw error instanceof CsvFault ? clientInput(`The header row can not be read: ${error.reason}`) : error
  }
}

/** How many records there are. */
export const recordCount = ({ starts }: Upload): number => starts.length - 1

/** The cells of the records from `first` to before `end`, cut anew. */
export const recordsAt = (upload: Upload, first: number, end: number, dialect: CsvDialect): string[][] => {
  const text = upload.text.slice(upload.starts[first], upload.starts[end])
  const scanner = new CsvScanner(text, DELIMITERS[dialect.columnDelimiter])
  const records: string[][] = []
  for (let cells = scanner.next(); cells; cells = scanner.next()) records.push(cells)
  return records
}
