import { createHash } from 'node:crypto'
import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'
import { checkPrivateFile, makePrivateDirectory, readPrivateFile } from './private-directory.js'

/** A login that the org has granted. */
export const session = z.object({
  accessToken: z.string().min(1),
  instanceUrl: z.string(),
  /** 18 characters. */
  orgId: z.string(),
  userId: z.string(),
  username: z.string(),
  loginUrl: z.string(),
  flow: z.enum(['jwt', 'password']),
  /** The API version to speak, e.g. "66.0": ours, or the org's highest if that is lower. */
  apiVersion: z.string(),
  /** ISO time of the login. */
  issuedAt: z.string(),
})
export type Session = z.infer<typeof session>

/** Whose session it is: one file for each login address, app and user. */
export interface SessionKey {
  loginUrl: string
  clientId: string
  username: string
}

const file = z.object({ version: z.literal(1), session })

/**
 * The cached session of one login, shared by all processes of the user: one file, 0600 in a directory 0700, written
 * whole or not at all. A file that others could read, or a link, is refused and never used or overwritten.
 */
export class SessionStore {
  readonly path: string

  constructor(
    private readonly directory: string,
    key: SessionKey,
  ) {
    const name = createHash('sha256')
      .update(JSON.stringify([key.loginUrl, key.clientId, key.username]))
      .digest('hex')
    this.path = join(directory, `${name.slice(0, 32)}.json`)
  }

  /** The cached session, or none. Throws STATE_FILE_UNSAFE or STATE_FILE_DAMAGED; both name the file and the fix. */
  async read(): Promise<Session | undefined> {
    const text = await readPrivateFile(this.path)
    if (text === undefined) return undefined
    const parsed = file.safeParse(parseJson(text))
    if (parsed.success) return parsed.data.session
    throw new MhError(
      'STATE_FILE_DAMAGED',
      `The cached session ${this.path} cannot be read.`,
      `Remove it with \`rm ${this.path}\` and log in again.`,
    )
  }

  async write(value: Session): Promise<void> {
    await makePrivateDirectory(this.directory)
    const there = await lstat(this.path).catch(ignoreMissing)
    if (there) checkPrivateFile(this.path, there)
    await writeFileAtomic(this.path, JSON.stringify({ version: 1, session: value }), { mode: 0o600 })
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }

  /**
   * Runs alone among all processes of the user that use this session. A dead holder is replaced after 20 s; one that
   * lives and does not let go is given up after some 30 s, or when the signal aborts.
   */
  async exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await makePrivateDirectory(this.directory)
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

const TRIES = 130
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

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
