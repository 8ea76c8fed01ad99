import { Long } from 'bson'
import { CommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { EncodedDocuments } from '../wire/reply.js'
import { type ChangeStream } from './change-stream.js'
import { type History } from './history.js'

interface OpenStream {
  readonly namespace: string
  readonly stream: ChangeStream
}

/** How long a getMore on a change stream waits for an event unless it says. */
const PATIENCE_MS = 1_000

/** How a getMore asks for events. */
export interface Wanted {
  readonly batchSize: number
  /** How long to wait for the first event, in milliseconds. */
  readonly patience: number | undefined
  /** Called before events are taken, which look documents up. */
  readonly prepare: () => void
}

/** The cursors of change streams. */
export class ChangeStreams {
  readonly #streams = new Map<string, OpenStream>()
  readonly #history: History

  constructor(history: History) {
    this.#history = history
  }

  /** The `cursor` of the reply that opens a stream. */
  open(id: Long, namespace: string, stream: ChangeStream, batchSize: number): Document {
    const firstBatch = new EncodedDocuments(batchSize > 0 ? stream.take(batchSize) : [])
    this.#streams.set(id.toString(), { namespace, stream })
    return { firstBatch, postBatchResumeToken: stream.resumeToken, id, ns: namespace }
  }

  has(id: Long): boolean {
    return this.#streams.has(id.toString())
  }

  kill(id: Long): boolean {
    return this.#streams.delete(id.toString())
  }

  /** The `cursor` of a reply with the next events; waits for one if there is none. Throws CursorNotFound. */
  async next(id: Long, namespace: string, { batchSize, patience = PATIENCE_MS, prepare }: Wanted): Promise<Document> {
    const until = performance.now() + patience
    for (;;) {
      const { stream } = this.#find(id, namespace)
      prepare()
      const batch = stream.take(batchSize)
      const left = until - performance.now()
      if (batch.length === 0 && !stream.isOver && left > 0) {
        await this.#history.news(left)
        continue
      }
      if (stream.isOver) this.kill(id)
      const nextBatch = new EncodedDocuments(batch)
      return { nextBatch, postBatchResumeToken: stream.resumeToken, id: stream.isOver ? Long.ZERO : id, ns: namespace }
    }
  }

  #find(id: Long, namespace: string): OpenStream {
    const found = this.#streams.get(id.toString())
    if (found?.namespace === namespace) return found
    throw new CommandError(43, `cursor id ${id.toString()} not found`)
  }
}
