import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { JournalError } from './journal-error.js'

/**
 * A file of a journal is a row of frames: 16 bytes of head and then so many of payload. The head holds, as unsigned 32-bit
 * little-endian numbers, the length of the payload, its CRC-32, the number of the frame in its file, and the CRC-32 of the
 * twelve bytes before. The head has a checksum of its own because a length that lies would make a frame in the middle
 * look like one that was cut off at the end.
 */
export const HEAD_BYTES = 16
const WINDOW_BYTES = 1 << 20

/** The bytes of a head. */
export function frameHead(payload: Uint8Array, number: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUInt32LE(payload.length, 0)
  head.writeUInt32LE(crc32(payload), 4)
  head.writeUInt32LE(number, 8)
  head.writeUInt32LE(crc32(head.subarray(0, 12)), 12)
  return head
}

/** What was found in a file. */
export interface FramesRead {
  /** How many whole frames there are. */
  readonly count: number
  /** The byte after the last whole frame. */
  readonly end: number
  /** Whether more follows that was never written to its end: what a process that was killed leaves behind. */
  readonly isTorn: boolean
}

/**
 * Reads the frames of a file one by one, never holding more than a window or the largest frame of it.
 *
 * @param take gets each payload, which is good only until it returns
 * @throws JournalError for a frame that is damaged
 */
export async function readFrames(path: string, take: (payload: Buffer, number: number) => void): Promise<FramesRead> {
  const file = await open(path, 'r')
  try {
    return await new FrameReader(path, file).read(take)
  } finally {
    await file.close()
  }
}

class FrameReader {
  #window: Buffer = Buffer.alloc(0)
  /** Where in the file the window begins, and how much of it was taken. */
  #start = 0
  #taken = 0

  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  async read(take: (payload: Buffer, number: number) => void): Promise<FramesRead> {
    for (let count = 0; ; count++) {
      const end = this.#start + this.#taken
      if (!this.#has(HEAD_BYTES) && !(await this.#fill(HEAD_BYTES))) return { count, end, isTorn: this.#left > 0 }
      if (!this.#isHead(count)) {
        await this.#assertBlank(end)
        return { count, end, isTorn: true }
      }
      const length = this.#window.readUInt32LE(this.#taken)
      const whole = this.#has(HEAD_BYTES + length) || (await this.#fill(HEAD_BYTES + length))
      if (!whole) return { count, end, isTorn: true }
      take(this.#payload(length, end), count)
      this.#taken += HEAD_BYTES + length
    }
  }

  get #left(): number {
    return this.#window.length - this.#taken
  }

  #has(bytes: number): boolean {
    return this.#left >= bytes
  }

  /** Reads on until the window has so many bytes that were not taken; false when the file ends before. */
  async #fill(bytes: number): Promise<boolean> {
    const window = Buffer.allocUnsafe(Math.max(WINDOW_BYTES, bytes))
    let filled = this.#window.copy(window, 0, this.#taken)
    this.#start += this.#taken
    this.#taken = 0
    while (filled < bytes) {
      const { bytesRead } = await this.file.read(window, filled, window.length - filled, this.#start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    this.#window = window.subarray(0, filled)
    return filled >= bytes
  }

  /** Whether a good head with the expected number stands here; one with another number is out of place. */
  #isHead(number: number): boolean {
    const head = this.#window.subarray(this.#taken, this.#taken + HEAD_BYTES)
    if (crc32(head.subarray(0, 12)) !== head.readUInt32LE(12)) return false
    if (head.readUInt32LE(8) === number) return true
    throw new JournalError(
      this.path,
      this.#start + this.#taken,
      `frame ${head.readUInt32LE(8)} where ${number} should be`,
    )
  }

  #payload(length: number, at: number): Buffer {
    const from = this.#taken + HEAD_BYTES
    const payload = this.#window.subarray(from, from + length)
    if (crc32(payload) === this.#window.readUInt32LE(this.#taken + 4)) return payload
    throw new JournalError(this.path, at, 'the checksum of a frame is wrong')
  }

  /** A file may have grown before its bytes arrived, when the power went: then nothing but zeros follows. */
  async #assertBlank(end: number): Promise<void> {
    for (;;) {
      if (this.#window.subarray(this.#taken).some((byte) => byte !== 0)) {
        throw new JournalError(this.path, end, 'the head of a frame is damaged')
      }
      this.#taken = this.#window.length
      if (!(await this.#fill(1))) return
    }
  }
}
