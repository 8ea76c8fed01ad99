import { hashOfNumber, shuffledOrder } from '../soql/shuffle.js'
import { DELIMITERS, LINE_ENDINGS, quoted } from './csv-format.js'
import type { BulkDeps } from './deps.js'
import type { IngestJob, RowFate } from './ingest-job.js'
import { isTerminal, seedOf } from './job.js'
import { ResultRows } from './result-rows.js'
import type { Upload } from './upload.js'

/** Column places in the order in which results print them: they may move (bulk2.md §6). */
const columnOrder = (job: IngestJob, upload: Upload, seed: number | null): readonly number[] => {
  const places = [...upload.names.keys()]
  if (seed === null) return places
  const own = seedOf(job, seed)
  return hashOfNumber(0, own) % 2 === 0 ? places : [...shuffledOrder(places.length, (n) => hashOfNumber(n, own))]
}

const rowsOf = (job: IngestJob, fates: readonly RowFate[], seed: number | null): readonly number[] => {
  const rows: number[] = []
  for (let row = 0; row < job.fates.length; row++) if (fates.includes(job.fates[row] ?? 'failed')) rows.push(row)
  if (seed === null) return rows
  const own = seedOf(job, seed)
  const mixed: number[] = []
  for (const n of shuffledOrder(rows.length, (at) => hashOfNumber(at, own))) mixed.push(rows[n] ?? 0)
  return mixed
}

/** What a result file says of a row before the row's own cells. */
interface Prefix {
  readonly names: readonly string[]
  readonly fates: readonly RowFate[]
  values(row: number): readonly (string | null)[]
}

/** The version from which on failed rows tell the record they met (bulk2.md §6). */
const ID_OF_FAILED_SINCE = 53

const header = (names: readonly string[], cells: readonly string[], job: IngestJob): string =>
  [...names.map(quoted), ...cells].join(DELIMITERS[job.columnDelimiter]) + LINE_ENDINGS[job.lineEnding]

function* data(deps: BulkDeps, job: IngestJob, prefix: Prefix): Generator<Buffer> {
  const { upload } = job
  if (!upload) {
    yield Buffer.from(header(prefix.names, [], job))
    return
  }
  const seed = deps.settings.bulkShuffleSeed
  const columns = columnOrder(job, upload, seed)
  const cells = columns.map((place) => upload.headerCells[place] ?? '')
  yield Buffer.from(header(prefix.names, cells, job))
  const rows = new ResultRows(upload, job, columns, deps.store.object(job.object))
  for (const row of rowsOf(job, prefix.fates, seed)) {
    const full = rows.add(row, prefix.values(row))
    if (full) yield full
  }
  const rest = rows.rest()
  if (rest) yield rest
}

/** What successfulResults says: header only when there is none (bulk2.md §6). */
export const successData = (deps: BulkDeps, job: IngestJob): Iterable<Buffer> =>
  data(deps, job, {
    names: ['sf__Id', 'sf__Created'],
    fates: ['saved', 'created'],
    values: (row) => [job.ids[row] ?? null, String(job.fates[row] === 'created')],
  })

/** What failedResults says; the id is that of the record a refused update or upsert met. */
export const failureData = (deps: BulkDeps, job: IngestJob): Iterable<Buffer> => {
  const tellsId = Number(job.version) >= ID_OF_FAILED_SINCE
  return data(deps, job, {
    names: ['sf__Id', 'sf__Error'],
    fates: ['failed'],
    values: (row) => [tellsId ? (job.ids[row] ?? null) : null, job.errors.get(row) ?? ''],
  })
}

const PIECE_BYTES = 64 * 1024

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}

/**
 * The text of unprocessedrecords: the header, and once the job has ended the rows that were never tried, as they were
 * uploaded. Data that could not even be read comes back whole.
 */
export function* unprocessedData(job: IngestJob): Generator<Buffer> {
  const { upload, data } = job
  if (upload) {
    if (upload.names.length > 0) yield Buffer.from(header([], upload.headerCells, job))
    if (isTerminal(job)) yield* cut(upload.data.subarray(upload.starts[job.fates.length] ?? upload.data.length))
  } else if (isTerminal(job) && data) yield* cut(data)
}
