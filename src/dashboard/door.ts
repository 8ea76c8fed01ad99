import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.js'

/** How long the one-time code may wait to be used, in milliseconds. */
export const CODE_MS = 10 * 60_000
/** A session that nobody uses ends after this, in milliseconds. */
export const IDLE_MS = 2 * 60 * 60_000

/** Somebody who has come in by the code. */
export interface Session {
  readonly id: string
  /** Comes back with every form. */
  readonly csrf: string
}

/** The one-time code that lets somebody in, and the sessions of who came. All of it is forgotten with the process. */
export class Door {
  /** Whoever has it comes in, once. */
  readonly code = secret()
  readonly #madeAt: number
  #isUsed = false
  readonly #sessions = new Map<string, Session & { usedAt: number }>()

  constructor(private readonly clock: Clock) {
    this.#madeAt = clock.elapsed()
  }

  /** A session for the right code, the first time and in time; else undefined. */
  enter(code: string): Session | undefined {
    const isLate = this.clock.elapsed() - this.#madeAt > CODE_MS
    if (this.#isUsed || isLate || !isSameSecret(code, this.code)) return undefined
    this.#isUsed = true
    const session = { id: secret(), csrf: secret(), usedAt: this.clock.elapsed() }
    this.#sessions.set(session.id, session)
    return session
  }

  /** The session with this id, which is in use again from now. */
  find(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id)
    if (!session) return undefined
    if (this.clock.elapsed() - session.usedAt > IDLE_MS) {
      this.leave(session)
      return undefined
    }
    session.usedAt = this.clock.elapsed()
    return session
  }

  leave({ id }: Session): void {
    this.#sessions.delete(id)
  }
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** 256 random bits, in letters that a link may hold. */
function secret(): string {
  return randomBytes(32).toString('base64url')
}
