import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { makePrivateDirectory } from './private-directory.js'

/** A value of a row to be sent: a date is an instant, null clears the field, undefined keeps what it holds. */
export type CellValue = string | number | boolean | Date | null | undefined
export type RowToStage = Readonly<Record<string, CellValue>>

/** A file of rows that lies ready to be uploaded, as often as it takes, always with the same bytes. */
export interface StagedFile {
  path: string
  rows: number
  bytes: number
  /** SHA-256 of the bytes, in hex. */
  hash: string
}

/** The org takes 150 MB in base64, which is 100 MB raw (bulk2.md §3); some room is left. */
export const MOST_BYTES = 90_000_000
/** The cell that clears a field (bulk2.md §3). */
const CLEAR = '#N/A'
/** Bytes worth a write of their own. */
const PIECE_BYTES = 64 * 1024
/** No job is waited for so long: what lies there since, lies there because its process was killed. */
const LEFTOVER_MS = 24 * 60 * 60 * 1_000

/** Whether a file can say this row: the very text that clears a field cannot be the value of one. */
export function isStageable(row: RowToStage): boolean {
  return Object.values(row).every((value) => value !== CLEAR)
}

/**
 * Writes rows into a new file of its own directory, 0600 in 0700: the columns given, every field quoted, commas, LF, UTF-8
 * without a byte order mark (bulk2.md §3). As many rows as fit into `most` bytes, and one at least; `rows` of the result
 * says how many. Throws a TypeError for a row with a column that is not among them.
 */
export async function stageCsv(
  directory: string,
  columns: readonly string[],
  rows: Iterable<RowToStage>,
  clock: Clock,
  most = MOST_BYTES,
): Promise<StagedFile> {
  await makePrivateDirectory(directory)
  await removeLeftovers(directory, clock.now())
  const own = await mkdtemp(join(directory, 'job-'))
  try {
    return await writeRows(join(own, 'rows.csv'), columns, rows, most)
  } catch (error) {
    await rm(own, { recursive: true, force: true })
    throw error
  }
}

/** Its bytes, for one upload. Throws when they are not those that were staged. */
export async function stagedBytes({ path, hash }: StagedFile): Promise<Blob> {
  const found = createHash('sha256')
  await pipeline(createReadStream(path), found)
  if (found.digest('hex') === hash) return openAsBlob(path)
  throw new MhError('STATE_FILE_DAMAGED', `${path} was changed while it was uploaded.`, 'Run the command again.')
}

/** Removes a file that is settled, and its directory. */
export async function removeStaged({ path }: StagedFile): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true })
}

async function writeRows(
  path: string,
  columns: readonly string[],
  rows: Iterable<RowToStage>,
  most: number,
): Promise<StagedFile> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  const staged = { rows: 0, bytes: 0 }
  try {
    let piece = line(columns)
    const flush = async () => {
      const bytes = Buffer.from(piece)
      hash.update(bytes)
      await file.writeFile(bytes)
      piece = ''
    }
    staged.bytes = Buffer.byteLength(piece)
    for (const row of rows) {
      const text = line(cells(row, columns))
      const size = Buffer.byteLength(text)
      if (staged.rows > 0 && staged.bytes + size > most) break
      piece += text
      staged.rows += 1
      staged.bytes += size
      if (piece.length >= PIECE_BYTES) await flush()
    }
    await flush()
  } finally {
    await file.close()
  }
  return { path, ...staged, hash: hash.digest('hex') }
}

function cells(row: RowToStage, columns: readonly string[]): string[] {
  const unknown = Object.keys(row).find((name) => !columns.includes(name))
  if (unknown !== undefined) throw new TypeError(`a row has the field ${unknown}, for which there is no column`)
  return columns.map((name) => cell(row[name]))
}

function cell(value: CellValue): string {
  if (value === undefined) return ''
  if (value === null || value === '') return CLEAR
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'string') return String(value)
  if (value === CLEAR) throw new TypeError(`${CLEAR} cannot be told from a field that is to be cleared`)
  // Other line endings inside of quotes have failed whole jobs (bulk2.md §3).
  return value.replaceAll(/\r\n?/gu, '\n')
}

function line(values: readonly string[]): string {
  return `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\n`
}

async function removeLeftovers(directory: string, now: Date): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    if (now.getTime() - mtimeMs > LEFTOVER_MS) await rm(path, { recursive: true, force: true })
  }
}
