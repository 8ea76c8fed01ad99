import { pipeline, Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { MhError } from '../errors.js'
import type { FlatRow } from './query.js'
import { ExchangeError, tooMuch, type StreamedReply } from './transport.js'

/** The longest row that is taken, in characters: an object of the platform holds at most 800 fields, its longest ones 131,072 characters. */
const LONGEST_ROW = 16 * 1024 * 1024

/** What a CSV reply held beside its rows. */
export interface CsvReply {
  /** Names of the columns; none when the body is empty. */
  columns: string[]
  rows: number
}

/** Gives the rows of a CSV reply to `take` as they come. One that ends too early is a transport error: ask again (pitfalls.md §4). */
export async function readCsv({ body }: StreamedReply, take: (row: FlatRow) => void): Promise<CsvReply> {
  let columns: string[] | undefined
  let rows = 0
  try {
    // pipeline, not pipe: a source that breaks must break the parser too, else this waits for ever.
    const records: AsyncIterable<string[]> = pipeline(
      Readable.fromWeb(body.pipeThrough(utf8())),
      reader(),
      () => undefined,
    )
    for await (const record of records) {
      if (columns === undefined) columns = record
      else {
        rows += 1
        take(toRow(columns, record))
      }
    }
  } catch (error) {
    throw error instanceof MhError ? error : asBroken(error)
  }
  return { columns: columns ?? [], rows }
}

function asBroken(error: unknown): ExchangeError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'CSV_MAX_RECORD_SIZE') return tooMuch(`a row is longer than ${LONGEST_ROW} characters`)
  return brokenOff('the CSV of a result broke off')
}

/** Strictly, and without a byte order mark: what is no UTF-8 was changed on its way. */
function utf8() {
  return new TextDecoderStream('utf-8', { fatal: true })
}

/** A quote that is never closed must not swallow a whole export. */
function reader() {
  return parse({ max_record_size: LONGEST_ROW, encoding: 'utf8' })
}

/** A reply that is not whole: it is fetched again before the data is blamed. */
export function brokenOff(why: string): ExchangeError {
  return new ExchangeError({ kind: 'garbled', reached: 'perhaps', why })
}

function toRow(columns: readonly string[], record: readonly string[]): FlatRow {
  // Without a prototype, so that a column of any name is only a column.
  const row = Object.create(null) as Record<string, string | undefined>
  for (const [index, column] of columns.entries()) row[column] = record[index] === '' ? undefined : record[index]
  return row
}
