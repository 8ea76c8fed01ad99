import { randomBytes } from 'node:crypto'

/** A live login. Times are epoch milliseconds. */
export interface Session {
  readonly token: string
  readonly userId: string
  readonly issuedAt: number
  expiresAt: number
}

/** The tokens of one org. Activity extends a session (auth.md §8). */
export class Sessions {
  readonly #byToken = new Map<string, Session>()
  readonly #orgId: string
  readonly #lifetimeMs: number

  constructor(orgId: string, lifetimeMs: number) {
    this.#orgId = orgId
    this.#lifetimeMs = lifetimeMs
  }

  /** How long a session lives without activity. */
  get lifetimeSeconds(): number {
    return this.#lifetimeMs / 1000
  }

  /** A new token: the org's 15-character id, `!` and 96 opaque characters (auth.md §1). */
  issue(userId: string, now: number): Session {
    const token = `${this.#orgId.slice(0, 15)}!${randomBytes(72).toString('base64').replaceAll('+', '.').replaceAll('/', '_')}`
    const session = { token, userId, issuedAt: now, expiresAt: now + this.#lifetimeMs }
    this.#byToken.set(token, session)
    return session
  }

  /** The session of a token if it still lives, without counting as activity. */
  peek(token: string, now: number): Session | undefined {
    const session = this.#byToken.get(token)
    return session !== undefined && session.expiresAt > now ? session : undefined
  }

  /** The session of a token if it still lives; its idle time begins anew. */
  check(token: string, now: number): Session | undefined {
    const session = this.peek(token, now)
    if (session !== undefined) session.expiresAt = now + this.#lifetimeMs
    return session
  }

  /** Ends one session; false when the token was not alive. */
  revoke(token: string): boolean {
    return this.#byToken.delete(token)
  }

  /** Ends every session, as an admin or an expiry would. */
  expireAll(): void {
    this.#byToken.clear()
  }
}
