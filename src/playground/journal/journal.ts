import { mkdir, readdir, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { readFrames } from './frame.js'
import { JournalError } from './journal-error.js'
import { LogFile } from './log-file.js'
import { readSnapshot, syncDirectory, writeSnapshot } from './snapshot-file.js'

export { JournalError } from './journal-error.js'

/** Changes when payloads or frames do: a journal of another version is refused. */
const FORMAT = 1
/** A log is not worth a snapshot below this many bytes. */
const SMALLEST_TO_COMPACT = 16 << 20

/** The state that a journal keeps. */
export interface Journaled {
  /** What it is; a journal of something else is refused. */
  readonly kind: string
  /** Takes in a payload that `snapshot` made or that was appended, in that order. It is good only until this returns. */
  replay(payload: Buffer): void
  /**
   * The whole state in payloads of at most some megabytes. Other work goes on between two of them: what it changes is
   * appended too, so a payload must be one that can be replayed before changes that it holds already.
   */
  snapshot(): Iterable<Uint8Array>
}

/**
 * A state on the disk: a snapshot, and a log of what has changed since. A log that has outgrown the state is replaced by
 * a new snapshot, behind the back of whoever appends.
 */
export class Journal {
  readonly #dir: string
  readonly #state: Journaled
  readonly #smallest: number
  #log: LogFile | undefined
  /** The number of the log, and of the snapshot that is to be read before it. */
  #generation = 0
  #snapshotBytes = 0
  #compaction: Promise<void> | undefined
  #isClosed = false

  private constructor(dir: string, state: Journaled, smallest: number) {
    this.#dir = dir
    this.#state = state
    this.#smallest = smallest
  }

  /**
   * Opens the journal of a directory, which is made if it is missing, and replays what it holds. One process at a time.
   *
   * @param smallest bytes that a log must have to be replaced by a snapshot
   * @throws JournalError for one that is damaged, or is of another kind or version
   */
  static async open(dir: string, state: Journaled, smallest = SMALLEST_TO_COMPACT): Promise<Journal> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const journal = new Journal(dir, state, smallest)
    await journal.#restore()
    return journal
  }

  /** Whether anything is kept: `open` found it, or `begin` was called. Until then `append` does nothing. */
  get hasBegun(): boolean {
    return this.#log !== undefined
  }

  /** Keeps the state as it is now, and from now on what is appended. A beginning that breaks off leaves nothing. */
  async begin(): Promise<void> {
    if (!this.hasBegun) await this.rewrite()
  }

  /**
   * Replaces all that is kept by the state as it is now. When that breaks off, what was kept before is still there.
   * Nothing is to be appended meanwhile that makes no sense without it.
   */
  async rewrite(): Promise<void> {
    await this.#compaction
    const isFirst = !this.hasBegun
    try {
      await this.#renew()
    } catch (error) {
      if (isFirst) await this.#letGo()
      throw error
    }
  }

  /**
   * Appends a change of the state, which is replayed whole or not at all. Resolves once it is on the disk; rejects when
   * it could not be written, and then tries again with the next change.
   */
  async append(payload: Uint8Array): Promise<void> {
    if (this.#log === undefined) return
    await this.#log.append(payload)
    if (this.#log.size > Math.max(this.#smallest, this.#snapshotBytes)) this.#compact()
  }

  /** Whether something that could not be written waits for the next append. */
  get isOwing(): boolean {
    return this.#log?.isOwing === true
  }

  /** Resolves once everything appended so far is on the disk, rejects when it could not be; undefined when it is already. */
  settled(): Promise<void> | undefined {
    const log = this.#log
    if (log?.isBusy !== true) return undefined
    return log.settled().then(() => {
      if (log.isOwing) throw new Error('what was changed before could not be written')
    })
  }

  /** Waits for what is on its way and lets go of the files. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#compaction
    await this.#letGo()
  }

  async #letGo(): Promise<void> {
    await this.#log?.close()
    this.#log = undefined
    this.#generation = 0
  }

  #path(part: 'log' | 'snapshot', generation: number): string {
    return join(this.#dir, `${part}-${generation}`)
  }

  #header(part: 'log' | 'snapshot'): Buffer {
    return Buffer.from(JSON.stringify({ 'mh-sf journal': FORMAT, kind: this.#state.kind, part }))
  }

  #compact(): void {
    if (this.#isClosed) return
    // A disk that is full is the business of whoever appends; a later append tries again.
    this.#compaction ??= this.#renew()
      .catch(() => undefined)
      .finally(() => (this.#compaction = undefined))
  }

  /** A new log first, then the snapshot: whatever the snapshot misses or has already is in the new log. */
  async #renew(): Promise<void> {
    const before = this.#log
    const next = this.#generation + 1
    await rm(this.#path('log', next), { force: true })
    const log = await this.#newLog(next)
    while (before?.isBusy === true) await before.settled()
    if (before?.isOwing === true) throw new Error('the log is not whole')
    this.#log = log
    this.#generation = next
    await before?.close()
    this.#snapshotBytes = await writeSnapshot(this.#path('snapshot', next), this.#snapshot(), () => log.settled())
    await this.#removeBefore(next)
  }

  async #newLog(generation: number): Promise<LogFile> {
    const log = await LogFile.create(this.#path('log', generation))
    await log.append(this.#header('log'))
    await syncDirectory(this.#dir)
    return log
  }

  *#snapshot(): Generator<Uint8Array> {
    yield this.#header('snapshot')
    yield* this.#state.snapshot()
  }

  async #removeBefore(generation: number): Promise<void> {
    const { logs, snapshots } = await this.#files()
    const old = [...logs.map((n) => ['log', n] as const), ...snapshots.map((n) => ['snapshot', n] as const)]
    for (const [part, n] of old) if (n < generation) await rm(this.#path(part, n), { force: true })
  }

  async #files(): Promise<{ logs: number[]; snapshots: number[]; drafts: string[] }> {
    const names = await readdir(this.#dir)
    const numbers = (part: string) =>
      names
        .flatMap((name) => (new RegExp(`^${part}-\\d+$`).test(name) ? [Number(name.split('-')[1])] : []))
        .sort((a, b) => a - b)
    return {
      logs: numbers('log'),
      snapshots: numbers('snapshot'),
      drafts: names.filter((name) => name.endsWith('.new')),
    }
  }

  async #restore(): Promise<void> {
    const { logs, snapshots, drafts } = await this.#files()
    for (const draft of drafts) await rm(join(this.#dir, draft), { force: true })
    const base = snapshots.at(-1)
    if (base === undefined) return this.#forget(logs)
    this.#snapshotBytes = await readSnapshot(this.#path('snapshot', base), this.#taker('snapshot', base))
    await this.#replayLogs(
      logs.filter((n) => n >= base),
      base,
    )
    await this.#removeBefore(base)
  }

  /** Logs without a snapshot are of a beginning that broke off; more than one is a snapshot that was lost. */
  async #forget(logs: readonly number[]): Promise<void> {
    const last = logs.at(-1) ?? 0
    if (last > 1) throw new JournalError(this.#path('snapshot', last), 0, 'it is missing')
    for (const n of logs) await rm(this.#path('log', n))
  }

  /** Only the last log that anything was written to may be torn: each one is whole before the next is used. */
  async #replayLogs(logs: readonly number[], base: number): Promise<void> {
    let torn: JournalError | undefined
    let last = { end: 0, count: 0 }
    for (let n = base; n <= Math.max(base, logs.at(-1) ?? base); n++) {
      const path = this.#path('log', n)
      if (!logs.includes(n)) throw new JournalError(path, 0, 'it is missing')
      const { end, count, isTorn } = await readFrames(path, this.#taker('log', n))
      if (torn && count > 1) throw torn
      if (isTorn) torn = new JournalError(path, end, 'its end is missing')
      last = { end, count }
      this.#generation = n
    }
    if (torn) await truncate(torn.file, torn.offset)
    this.#log = await this.#continued(last)
  }

  /** A log whose very header is torn, or that is missing, begins anew. */
  async #continued({ end, count }: { end: number; count: number }): Promise<LogFile> {
    const path = this.#path('log', this.#generation)
    if (count > 0) return LogFile.continue(path, end, count)
    await rm(path, { force: true })
    return this.#newLog(this.#generation)
  }

  #taker(part: 'log' | 'snapshot', generation: number): (payload: Buffer, number: number) => void {
    const expected = this.#header(part)
    return (payload, number) => {
      if (number > 0) this.#state.replay(payload)
      else if (!payload.equals(expected)) {
        const path = this.#path(part, generation)
        throw new JournalError(
          path,
          0,
          `it begins with ${payload.toString().slice(0, 200)}, not ${expected.toString()}`,
        )
      }
    }
  }
}
