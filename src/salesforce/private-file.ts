import { lstat, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import writeFileAtomic from 'write-file-atomic'
import { MhError } from '../errors.js'
import { checkPrivateFile, makePrivateDirectory, readPrivateFile } from './private-directory.js'

const TRIES = 130
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

/**
 * A file of this user that all their processes share: 0600 in a directory 0700, written whole or not at all. One that others could
 * read, or a link, is refused and never used or overwritten.
 */
export class PrivateFile {
  constructor(readonly path: string) {}

  /** What is in it; undefined when there is none. Throws STATE_FILE_UNSAFE, which names the file and the fix. */
  async read(): Promise<string | undefined> {
    return readPrivateFile(this.path)
  }

  async write(text: string): Promise<void> {
    await makePrivateDirectory(dirname(this.path))
    const there = await lstat(this.path).catch(ignoreMissing)
    if (there) checkPrivateFile(this.path, there)
    await writeFileAtomic(this.path, text, { mode: 0o600 })
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }

  /**
   * Runs alone among all processes of the user that use this file. A dead holder is replaced after 20 s; one that
   * lives and does not let go is given up after some 30 s, or when the signal aborts.
   */
  async exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await makePrivateDirectory(dirname(this.path))
    let lose: (reason: Error) => void = () => undefined
    const lost = new Promise<never>((_resolve, reject) => (lose = reject))
    const onCompromised = () => {
      lose(held(this.path, 'was taken away while it was used'))
    }
    const release = await this.#lock(onCompromised, signal)
    try {
      signal?.throwIfAborted()
      return await Promise.race([work(), lost])
    } finally {
      await release().catch(() => undefined)
    }
  }

  /** Asks again and again, by pauses that a signal ends: nobody who gave up goes on asking. */
  async #lock(onCompromised: () => void, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
    for (let pause = FIRST_PAUSE_MS, tries = 1; ; tries += 1) {
      try {
        return await lock(this.path, { realpath: false, stale: 20_000, onCompromised })
      } catch (error) {
        if (!isLocked(error)) throw error
        if (tries === TRIES) throw held(this.path, 'is held by another process')
      }
      await delay(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => signal?.throwIfAborted())
      pause = Math.min(LONGEST_PAUSE_MS, pause * 1.2)
    }
  }
}

function held(path: string, why: string): MhError {
  const hint = 'Run the command again; if it stays so, end the mh-sf process that hangs in a login.'
  return new MhError('SESSION_LOCKED', `The lock of ${path} ${why}.`, hint)
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED'
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
