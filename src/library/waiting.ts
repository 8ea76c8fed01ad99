import { MhError } from '../errors.js'
import type { EnrichAnswer, Reason } from './types.js'

/** Somebody who waits to be enriched, and is answered once: with what was found, or at the latest when their time is up. */
export class Waiting {
  readonly answer: Promise<EnrichAnswer>
  /** The participant's id and the revision of their entry, once they are in the queue. */
  entry: { participantId: string; revision: number } | undefined
  #found: EnrichAnswer | undefined
  #settle: (answer: EnrichAnswer) => void = () => undefined
  readonly #timer: NodeJS.Timeout
  #isAnswered = false

  constructor(readonly timeoutMs: number) {
    this.answer = new Promise((resolve) => (this.#settle = resolve))
    this.#timer = setTimeout(() => {
      this.#timeIsUp()
    }, timeoutMs)
  }

  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** What they are answered, even if the rest is not over in time. */
  found(answer: EnrichAnswer): void {
    this.#found = answer
  }

  /** Answers; whoever was answered already is not. */
  settle(answer: EnrichAnswer): void {
    clearTimeout(this.#timer)
    this.#isAnswered = true
    this.#settle(answer)
  }

  /** Answers that nothing came of it: they are in the queue, or not even that. */
  giveUp(error: unknown): void {
    const { reason, message } = told(error)
    if (this.#found) this.settle(this.#found)
    else if (this.entry) {
      const { participantId } = this.entry
      this.settle({ status: 'queued', participantId, reason, message })
    } else this.settle({ status: 'failed', reason, message })
  }

  #timeIsUp(): void {
    this.giveUp(
      this.entry
        ? new MhError('SF_TIMEOUT', 'Salesforce did not answer in time.')
        : new MhError('MONGO_UNREACHABLE', 'MongoDB did not answer in time.'),
    )
  }
}

/** What nobody foresaw is told by the kind of error only: its message may hold anything. */
function told(error: unknown): { reason: Reason; message: string } {
  if (error instanceof MhError) return { reason: error.code, message: error.message }
  const kind = error instanceof Error ? error.name : typeof error
  return { reason: 'UNEXPECTED', message: `Something unexpected happened (${kind}).` }
}
