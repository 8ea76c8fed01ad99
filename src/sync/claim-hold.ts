import type { Clock } from '../clock.js'
import { CLAIM_TERM_MS } from '../domain/queue.js'
import { MhError } from '../errors.js'
import type { Claim, Queue } from '../mongo/queue.js'
import { momentOf, Term, type Moment } from './term.js'

/** A lease is renewed so often within the time that it is believed in. */
const RENEWALS = 3

/**
 * Keeps the lease on claimed people while they are worked on. Whoever was stopped for longer than the term finds by either
 * clock that they may be somebody else's.
 */
export class ClaimHold implements Disposable {
  readonly #term: Term
  readonly #timer: NodeJS.Timeout

  /**
   * `asked`: when the claim was asked for. `believedMs`: how long after a renewal it is believed in, where
   * somebody else may take over before the term is over.
   */
  constructor(
    private readonly queue: Queue,
    readonly claim: Claim,
    private readonly clock: Clock,
    asked: Moment,
    believedMs = CLAIM_TERM_MS,
  ) {
    this.#term = new Term(clock, believedMs, asked)
    this.#timer = setInterval(() => void this.renew(), believedMs / RENEWALS)
    this.#timer.unref()
  }

  /** Throws LEASE_LOST when they may be somebody else's by now. */
  check(): void {
    if (this.#term.isHeld) return
    throw new MhError(
      'LEASE_LOST',
      `The lease on ${this.claim.people.length} people of the queue has run out: this process was stopped, or MongoDB was away, for too long.`,
      'Nothing was written. They are in the queue, and the next worker takes them.',
    )
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  /** Holds them for another term; when some of them are not held any more, none are: they were somebody else's meanwhile. */
  async renew(): Promise<void> {
    const asked = momentOf(this.clock)
    const held = await this.queue.renew(this.claim.token, CLAIM_TERM_MS).catch(() => undefined)
    if (held === this.claim.people.length) this.#term.renewed(asked)
    else if (held !== undefined) this.#term.lost()
  }
}
