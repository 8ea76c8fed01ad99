import { pipeline, Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { MhError } from '../errors.js'
import type { FlatRow } from './query.js'
import { ExchangeError, type StreamedReply } from './transport.js'

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
    const records: AsyncIterable<string[]> = pipeline(Readable.fromWeb(body), parse(), () => undefined)
    for await (const record of records) {
      if (columns === undefined) columns = record
      else {
        rows += 1
        take(toRow(columns, record))
      }
    }
  } catch (error) {
    throw error instanceof MhError ? error : brokenOff('the CSV of a result broke off')
  }
  return { columns: columns ?? [], rows }
}

/** A reply that is not whole: it is fetched again before the data is blamed. */
export function brokenOff(why: string): ExchangeError {
  return new ExchangeError({ kind: 'garbled', reached: 'perhaps', why })
}

function toRow(columns: readonly string[], record: readonly string[]): FlatRow {
  const row: Record<string, string | undefined> = {}
  for (const [index, column] of columns.entries()) row[column] = record[index] === '' ? undefined : record[index]
  return row
}
