import { type Transactions } from '../transactions/transactions.js'
import { type AnsweredSession } from './kept-session.js'
import { Session } from './session.js'

/** MongoDB's logicalSessionTimeoutMinutes. */
export const SESSION_MINUTES = 30
const SWEEP_MS = 60_000

/** The sessions in use. One that is not used for half an hour is gone, and its transaction with it. */
export class Sessions {
  readonly #sessions = new Map<string, Session>()
  readonly #transactions: Transactions
  readonly #now: () => number
  #sweptAt: number

  constructor(transactions: Transactions, now: () => number) {
    this.#transactions = transactions
    this.#now = now
    this.#sweptAt = now()
  }

  get size(): number {
    return this.#sessions.size
  }

  /** The session of this id, made if there is none, and used just now. */
  use(id: string): Session {
    const now = this.#now()
    const session = this.#sessions.get(id) ?? new Session(id, now, this.#transactions)
    session.lastUsed = now
    this.#sessions.set(id, session)
    return session
  }

  /** Takes in what a session was answered before a restart, since when it counts as not used. */
  restore(answered: AnsweredSession): void {
    const { id, lastUsed } = answered
    const session = this.#sessions.get(id) ?? new Session(id, lastUsed, this.#transactions)
    session.lastUsed = lastUsed
    session.restore(answered)
    this.#sessions.set(id, session)
  }

  all(): Iterable<Session> {
    return this.#sessions.values()
  }

  /** Ends a session. */
  end(id: string): void {
    this.#sessions.get(id)?.end()
    this.#sessions.delete(id)
  }

  /** The ids of the sessions in use. */
  ids(): string[] {
    return [...this.#sessions.keys()]
  }

  /** Ends the sessions that nobody used; looks for them once a minute. */
  expire(): void {
    const now = this.#now()
    if (now - this.#sweptAt < SWEEP_MS) return
    this.#sweptAt = now
    for (const { id, lastUsed } of this.#sessions.values()) if (now - lastUsed >= SESSION_MINUTES * 60_000) this.end(id)
  }
}
