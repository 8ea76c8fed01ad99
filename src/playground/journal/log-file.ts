import { open, type FileHandle } from 'node:fs/promises'
import { frameHead, HEAD_BYTES } from './frame.js'

interface Waiting {
  readonly payload: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A file that frames are appended to. What is appended while a write is on its way goes out with the next one, so that
 * many acknowledgements cost one `fdatasync`.
 */
export class LogFile {
  readonly #file: FileHandle
  #end: number
  #count: number
  #waiting: Waiting[] = []
  /** Frames whose write failed, still to be written: what follows may build on them. */
  #owed: Uint8Array[] = []
  /** Whether there may be bytes after the last whole frame. */
  #isRagged = false
  #work: Promise<void> | undefined

  private constructor(file: FileHandle, end: number, count: number) {
    this.#file = file
    this.#end = end
    this.#count = count
  }

  /** A new file, readable by its owner only. Rejects when there is one already. */
  static async create(path: string): Promise<LogFile> {
    return new LogFile(await open(path, 'wx', 0o600), 0, 0)
  }

  /** Goes on after the `count` frames that end at byte `end`; what follows them is cut off. */
  static async continue(path: string, end: number, count: number): Promise<LogFile> {
    const file = await open(path, 'r+')
    await file.truncate(end)
    return new LogFile(file, end, count)
  }

  /** Bytes in whole frames. */
  get size(): number {
    return this.#end
  }

  /** True while something is on its way to the disk. */
  get isBusy(): boolean {
    return this.#work !== undefined
  }

  /** True while something that could not be written waits for the next append. */
  get isOwing(): boolean {
    return this.#owed.length > 0
  }

  /**
   * Appends a frame; resolves once it is on the disk. Rejects when it could not be written: it is then tried again with
   * the next one, and is lost if there is none.
   */
  append(payload: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, resolve, reject })
      this.#work ??= this.#writeAll()
    })
  }

  /** Waits until nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#work) await this.#work
  }

  async close(): Promise<void> {
    await this.settled()
    await this.#file.close()
  }

  async #writeAll(): Promise<void> {
    // Whoever appends in the same turn of the event loop goes out with the first.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      const payloads = [...this.#owed, ...batch.map(({ payload }) => payload)]
      try {
        await this.#write(payloads)
        this.#owed = []
        for (const { resolve } of batch) resolve()
      } catch (error) {
        this.#owed = payloads
        for (const { reject } of batch) reject(error)
      }
    }
    this.#work = undefined
  }

  /** All or nothing: what was written of frames that did not get to the disk is cut off again. */
  async #write(payloads: readonly Uint8Array[]): Promise<void> {
    const parts = payloads.flatMap((payload, at) => [frameHead(payload, this.#count + at), payload])
    const bytes = payloads.reduce((sum, { length }) => sum + HEAD_BYTES + length, 0)
    await this.#cutOff()
    try {
      this.#isRagged = true
      await writeWhole(this.#file, parts, this.#end, bytes)
      await this.#file.datasync()
      this.#isRagged = false
    } catch (error) {
      // If not even that can be done now, then before the next write.
      await this.#cutOff().catch(() => undefined)
      throw error
    }
    this.#end += bytes
    this.#count += payloads.length
  }

  async #cutOff(): Promise<void> {
    if (!this.#isRagged) return
    await this.#file.truncate(this.#end)
    this.#isRagged = false
  }
}

async function writeWhole(file: FileHandle, parts: readonly Uint8Array[], at: number, bytes: number): Promise<void> {
  const { bytesWritten } = await file.writev(parts, at)
  if (bytesWritten === bytes) return
  // A disk that is full takes a part and says so only when it is asked again.
  const rest = Buffer.concat(parts).subarray(bytesWritten)
  for (let done = 0; done < rest.length;) {
    done += (await file.write(rest, done, rest.length - done, at + bytesWritten + done)).bytesWritten
  }
}
