import { javaDouble } from '../java-number.js'
import { hashOfNumber, shuffledOrder } from '../soql/shuffle.js'
import { csvLine, DELIMITERS, LINE_ENDINGS, quoted } from './csv-format.js'
import type { BulkDeps } from './deps.js'
import type { IngestJob, RowFate } from './ingest-job.js'
import { isTerminal, seedOf } from './job.js'
import { recordsAt } from './upload.js'
import type { Upload } from './upload.js'

/** A large number in a currency column comes back as the platform's own language prints it (bulk2.md §6). */
const reRendered = (cell: string): string => {
  const value = Number(cell)
  return cell.trim() === '' || !(Math.abs(value) >= 1e7) ? cell : javaDouble(value)
}

/** Column places in the order in which results print them: they may move (bulk2.md §6). */
const columnOrder = (job: IngestJob, upload: Upload, seed: number | null): readonly number[] => {
  const places = [...upload.names.keys()]
  if (seed === null) return places
  const own = seedOf(job, seed)
  return hashOfNumber(0, own) % 2 === 0 ? places : [...shuffledOrder(places.length, (n) => hashOfNumber(n, own))]
}

const rowsOf = (job: IngestJob, fates: readonly RowFate[], seed: number | null): readonly number[] => {
  const rows: number[] = []
  for (const [row, fate] of job.fates.entries()) if (fates.includes(fate)) rows.push(row)
  if (seed === null) return rows
  const own = seedOf(job, seed)
  return Array.from(
    shuffledOrder(rows.length, (n) => hashOfNumber(n, own)),
    (n) => rows[n] ?? 0,
  )
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

function* lines(deps: BulkDeps, job: IngestJob, prefix: Prefix): Generator<string> {
  const { upload } = job
  if (!upload) {
    yield header(prefix.names, [], job)
    return
  }
  const seed = deps.settings.bulkShuffleSeed
  const def = deps.store.object(job.object)
  const columns = columnOrder(job, upload, seed).map((place) => {
    const currency = def?.field(upload.names[place] ?? '')?.type === 'currency'
    return { place, print: currency ? reRendered : (cell: string) => cell }
  })
  yield header(
    prefix.names,
    columns.map(({ place }) => upload.headerCells[place] ?? ''),
    job,
  )
  for (const row of rowsOf(job, prefix.fates, seed)) {
    const [cells = []] = recordsAt(upload, row, row + 1, job)
    yield csvLine([...prefix.values(row), ...columns.map(({ place, print }) => print(cells[place] ?? ''))], job)
  }
}

/** The lines of successfulResults: header only when there is none (bulk2.md §6). */
export const successLines = (deps: BulkDeps, job: IngestJob): Iterable<string> =>
  lines(deps, job, {
    names: ['sf__Id', 'sf__Created'],
    fates: ['saved', 'created'],
    values: (row) => [job.ids[row] ?? null, String(job.fates[row] === 'created')],
  })

/** The lines of failedResults; the id is that of the record a refused update or upsert met. */
export const failureLines = (deps: BulkDeps, job: IngestJob): Iterable<string> => {
  const tellsId = Number(job.version) >= ID_OF_FAILED_SINCE
  return lines(deps, job, {
    names: ['sf__Id', 'sf__Error'],
    fates: ['failed'],
    values: (row) => [tellsId ? (job.ids[row] ?? null) : null, job.errors.get(row) ?? ''],
  })
}

const PIECE_CHARACTERS = 64 * 1024

function* cut(text: string, from: number): Generator<string> {
  for (let at = from; at < text.length; at += PIECE_CHARACTERS) yield text.slice(at, at + PIECE_CHARACTERS)
}

/**
 * The text of unprocessedrecords: the header, and once the job has ended the rows that were never tried, as they were
 * uploaded. Data that could not even be read comes back whole.
 */
export function* unprocessedText(job: IngestJob): Generator<string> {
  const { upload, data } = job
  if (upload) {
    if (upload.names.length > 0) yield header([], upload.headerCells, job)
    if (isTerminal(job)) yield* cut(upload.text, upload.starts[job.fates.length] ?? upload.text.length)
  } else if (isTerminal(job) && data) yield* cut(data.toString('utf8'), 0)
}
