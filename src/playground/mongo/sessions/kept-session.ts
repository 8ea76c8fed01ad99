import { Binary } from 'bson'
import { decode, encode, type Document } from '../bson/value.js'
import { EncodedDocument, EncodedDocuments, encodeReply } from '../wire/reply.js'
import { RetryableWrite, type StatementResult } from './retryable-write.js'

/** What a session was last answered: to a retryable write, or else that its transaction is committed. */
export interface AnsweredSession {
  readonly id: string
  /** Milliseconds. */
  readonly lastUsed: number
  readonly txnNumber: number
  readonly write: RetryableWrite | undefined
}

/** Statements one after the other with the same result: an insert of many documents is one. */
interface Run {
  readonly from: number
  count: number
  readonly result: StatementResult
}

/** As BSON has it. The document that a findAndModify found stays in its bytes. */
interface Encoded extends Omit<AnsweredSession, 'write'> {
  readonly write?: { readonly runs: readonly Run[]; readonly reply?: Document; readonly found?: Binary }
}

/** As BSON, for a journal. */
export function encodeAnswered({ id, lastUsed, txnNumber, write }: AnsweredSession): Buffer {
  return encodeReply({ id, lastUsed, txnNumber, write: write && parts(write) })
}

function parts({ results, reply }: RetryableWrite): Document {
  const runs = new EncodedDocuments(runsOf(results).map((run) => encode({ ...run })))
  if (!(reply?.value instanceof EncodedDocument)) return { runs, reply }
  return { runs, reply: { ...reply, value: null }, found: new Binary(reply.value.bytes) }
}

function runsOf(results: Iterable<readonly [number, StatementResult]>): Run[] {
  const runs: Run[] = []
  for (const [statement, result] of results) {
    const last = runs.at(-1)
    if (last && statement === last.from + last.count && isSame(result, last.result)) last.count++
    else runs.push({ from: statement, count: 1, result })
  }
  return runs
}

function isSame(one: StatementResult, other: StatementResult): boolean {
  return one.n === other.n && one.nModified === other.nModified && !one.upserted && !other.upserted
}

/** What `encodeAnswered` made. */
export function decodeAnswered(bytes: Buffer): AnsweredSession {
  const { write, ...session } = decode(bytes) as Document & Encoded
  return { ...session, write: write && restored(write) }
}

function restored({ runs, reply, found }: NonNullable<Encoded['write']>): RetryableWrite {
  const write = new RetryableWrite()
  for (const { from, count, result } of runs) for (let n = 0; n < count; n++) write.remember(from + n, result)
  write.settle()
  if (reply) write.reply = found ? { ...reply, value: new EncodedDocument(Buffer.from(found.buffer)) } : reply
  return write
}
