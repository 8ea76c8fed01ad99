import { Timestamp } from 'bson'
import { CommandError } from '../command-error.js'
import { isDocument, type Document } from '../bson/value.js'

/** A place in the history of changes: a batch by its time, and how many of its changes lie before. */
export interface Place {
  readonly time: Timestamp
  readonly index: number
}

/** A resume token as it was sent. */
export interface ResumeToken extends Place {
  /** True for the token of an event that ended its stream. */
  readonly isInvalidate: boolean
}

/** The token of the place right behind an event. To clients it is opaque, but later ones sort after earlier ones. */
export function tokenOf({ time, index }: Place, isInvalidate = false): Document {
  const bytes = Buffer.alloc(13)
  bytes.writeUInt32BE(time.t, 0)
  bytes.writeUInt32BE(time.i, 4)
  bytes.writeUInt32BE(index, 8)
  bytes[12] = isInvalidate ? 1 : 0
  return { _data: bytes.toString('hex').toUpperCase() }
}

/** Reads a token. Throws for what is none. */
export function parseToken(token: unknown): ResumeToken {
  const data = isDocument(token) ? token._data : undefined
  if (typeof data !== 'string' || !/^[0-9A-F]{26}$/i.test(data)) {
    throw new CommandError(260, 'The resume token is not one that this server gave')
  }
  const bytes = Buffer.from(data, 'hex')
  const time = new Timestamp({ t: bytes.readUInt32BE(0), i: bytes.readUInt32BE(4) })
  return { time, index: bytes.readUInt32BE(8), isInvalidate: bytes[12] === 1 }
}
