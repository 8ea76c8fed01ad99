import { assertDocument } from '../bson/element-cursor.js'
import { CommandError } from '../command-error.js'
import { ProtocolError } from './frames.js'

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013

const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
const EXHAUST_ALLOWED = 0x10000
/** The flags that a server has to understand. */
const REQUIRED_FLAGS = 0xffff

/** A command as it came over the wire. */
export interface Message {
  readonly requestId: number
  /** True for the handshake of drivers that first ask in the old way (OP_QUERY). */
  readonly legacy: boolean
  readonly body: Buffer
  /** Document sequences: the documents of a write, one after the other, under the name of the field they stand for. */
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>
  /** False when the client waits for no answer. */
  readonly wantsReply: boolean
  /** True when the client would take several answers to this one message. */
  readonly takesMore: boolean
}

/** Takes a message apart. Throws ProtocolError for what is no message; the connection is then lost. */
export function parseMessage(bytes: Buffer): Message {
  const opCode = bytes.readInt32LE(12)
  try {
    if (opCode === OP_MSG) return parseOpMsg(bytes)
    if (opCode === OP_QUERY) return parseOpQuery(bytes)
  } catch (error) {
    if (error instanceof CommandError || error instanceof RangeError) throw new ProtocolError(error.message)
    throw error
  }
  throw new ProtocolError(`opcode ${opCode} is not supported`)
}

function parseOpMsg(bytes: Buffer): Message {
  const flags = bytes.readUInt32LE(16)
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) throw new ProtocolError(`unknown flags ${flags}`)
  const end = flags & CHECKSUM_PRESENT ? bytes.length - 4 : bytes.length
  const sequences = new Map<string, Buffer[]>()
  let body: Buffer | undefined
  let at = 20
  while (at < end) {
    const kind = bytes[at++]
    if (kind === 0) {
      if (body) throw new ProtocolError('a message with two bodies')
      const size = assertDocument(bytes, at, end)
      body = bytes.subarray(at, at + size)
      at += size
    } else if (kind === 1) {
      at = parseSequence(bytes, at, end, sequences)
    } else {
      throw new ProtocolError(`a section of unknown kind ${kind}`)
    }
  }
  if (!body) throw new ProtocolError('a message without a body')
  const requestId = bytes.readInt32LE(4)
  return {
    requestId,
    legacy: false,
    body,
    sequences,
    wantsReply: (flags & MORE_TO_COME) === 0,
    takesMore: (flags & EXHAUST_ALLOWED) !== 0,
  }
}

function parseSequence(bytes: Buffer, start: number, limit: number, sequences: Map<string, Buffer[]>): number {
  const size = bytes.readInt32LE(start)
  const end = start + size
  if (size < 6 || end > limit) throw new ProtocolError('a section runs past its message')
  const nameEnd = bytes.indexOf(0, start + 4)
  if (nameEnd < 0 || nameEnd >= end) throw new ProtocolError('a section without a name')
  const name = bytes.toString('utf8', start + 4, nameEnd)
  if (sequences.has(name)) throw new ProtocolError(`two sections of the name ${name}`)
  const documents: Buffer[] = []
  for (let at = nameEnd + 1; at < end;) {
    const length = assertDocument(bytes, at, end)
    documents.push(bytes.subarray(at, at + length))
    at += length
  }
  sequences.set(name, documents)
  return end
}

function parseOpQuery(bytes: Buffer): Message {
  const nameEnd = bytes.indexOf(0, 20)
  const at = nameEnd + 9
  if (nameEnd < 0) throw new ProtocolError('a query without a namespace')
  const size = assertDocument(bytes, at, bytes.length)
  const body = bytes.subarray(at, at + size)
  return {
    requestId: bytes.readInt32LE(4),
    legacy: true,
    body,
    sequences: new Map(),
    wantsReply: true,
    takesMore: false,
  }
}

let lastRequestId = 0

/**
 * The head of an answer; the body follows. `respondsTo` is the id of the message that is answered, or of the answer before
 * this one; `moreToCome` says that another answer follows unasked.
 */
export function replyHead(message: Message, bodySize: number, respondsTo: number, moreToCome = false): Buffer {
  const head = Buffer.alloc(message.legacy ? 36 : 21)
  lastRequestId = (lastRequestId + 1) & 0x7fffffff
  head.writeInt32LE(head.length + bodySize, 0)
  head.writeInt32LE(lastRequestId, 4)
  head.writeInt32LE(respondsTo, 8)
  head.writeInt32LE(message.legacy ? OP_REPLY : OP_MSG, 12)
  if (moreToCome) head.writeUInt32LE(MORE_TO_COME, 16)
  if (message.legacy) {
    const awaitCapable = 8
    head.writeInt32LE(awaitCapable, 16)
    head.writeInt32LE(1, 32)
  }
  return head
}
