import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readSnapshot, syncDirectory, writeSnapshot } from './snapshot-file.js'

const PIECE_BYTES = 1 << 20

/**
 * Bytes that are too many for a journal, each in a file of its own beside it: there whole or not at all, and as durable as
 * the journal. Without a directory nothing is kept.
 */
export class KeptFiles {
  readonly #dir: string | undefined

  constructor(dir: string | undefined) {
    this.#dir = dir
  }

  /** Resolves once it is on the disk; undefined when nothing is kept. A journal that names it is to be written after it. */
  write(name: string, bytes: Buffer): Promise<unknown> | undefined {
    return this.#dir === undefined ? undefined : writeTo(join(this.#dir, name), bytes)
  }

  /** Throws JournalError for one that is not whole; rejects for one that is missing. */
  async read(name: string): Promise<Buffer> {
    const pieces: Buffer[] = []
    await readSnapshot(this.#path(name), (piece) => pieces.push(Buffer.from(piece)))
    return Buffer.concat(pieces)
  }

  /** A journal that no longer names it is to be written before. */
  async remove(name: string): Promise<void> {
    if (this.#dir !== undefined) await rm(this.#path(name), { force: true })
  }

  /** Removes all that are not named: what was never acknowledged, and what nobody has any more. */
  async removeOthers(names: ReadonlySet<string>): Promise<void> {
    if (this.#dir === undefined) return
    await mkdir(this.#dir, { recursive: true, mode: 0o700 })
    for (const name of await readdir(this.#dir)) if (!names.has(name)) await this.remove(name)
  }

  #path(name: string): string {
    return join(this.#dir ?? '', name)
  }
}

async function writeTo(path: string, bytes: Buffer): Promise<void> {
  const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncDirectory(dirname(made))
  await writeSnapshot(path, pieces(bytes), () => Promise.resolve())
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}
