/** The largest message a server takes, in bytes: what its hello says. */
export const MAX_MESSAGE_SIZE = 48_000_000
const HEADER_SIZE = 16

/** The bytes on a connection are not MongoDB's protocol, so that the connection cannot go on. */
export class ProtocolError extends Error {}

/** Cuts the bytes of a connection into messages. A message that comes in many pieces is joined once, at its end. */
export class FrameReader {
  #pieces: Buffer[] = []
  #held = 0
  #needed = HEADER_SIZE

  /** The messages that a piece completes. Throws ProtocolError for a length out of range. */
  push(piece: Buffer): Buffer[] {
    this.#pieces.push(piece)
    this.#held += piece.length
    if (this.#held < this.#needed) return []
    const bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#held)
    const messages: Buffer[] = []
    let at = 0
    this.#needed = HEADER_SIZE
    while (bytes.length - at >= HEADER_SIZE) {
      const length = lengthAt(bytes, at)
      if (bytes.length - at < length) {
        this.#needed = length
        break
      }
      messages.push(bytes.subarray(at, at + length))
      at += length
    }
    this.#pieces = at < bytes.length ? [bytes.subarray(at)] : []
    this.#held = bytes.length - at
    return messages
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readInt32LE(at)
  if (length >= HEADER_SIZE && length <= MAX_MESSAGE_SIZE) return length
  throw new ProtocolError(`a message of ${length} bytes is out of range`)
}
