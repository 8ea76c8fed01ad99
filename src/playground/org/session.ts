import { randomBytes } from 'node:crypto'
import { type KeptPart, smallPart } from './kept-part.js'

/** Which app a session was given to through OAuth, and for what. */
export interface SessionGrant {
  readonly clientId: string
  /** Space-separated; none from the password grant (auth.md §6). */
  readonly scope?: string
  /** The approval that it ends with. */
  readonly approvalId?: string
}

/** A live login. Times are epoch milliseconds. */
export interface Session {
  readonly token: string
  readonly userId: string
  readonly issuedAt: number
  expiresAt: number
  /** None from SOAP `login()`. */
  readonly grant?: SessionGrant
}

/** Activity is written down, for a restart, when so much has passed since the last time. */
const NOTED_MS = 5 * 60 * 1000

/** The tokens of one org. Activity extends a session (auth.md §8). */
export class Sessions {
  readonly #byToken = new Map<string, Session>()
  readonly #orgId: string
  #changes = 0
  #lastActivity = 0
  readonly #settings: { readonly sessionSeconds: number }

  /** `sessionSeconds`: how long a session lives without activity. */
  constructor(orgId: string, settings: { readonly sessionSeconds: number }) {
    this.#orgId = orgId
    this.#settings = settings
  }

  /** A new token: the org's 15-character id, `!` and 96 opaque characters (auth.md §1). */
  issue(userId: string, now: number, grant?: SessionGrant): Session {
    const token = `${this.#orgId.slice(0, 15)}!${opaque(72)}`
    const session = {
      token,
      userId,
      issuedAt: now,
      expiresAt: this.#end(now),
      ...(grant === undefined ? {} : { grant }),
    }
    this.#byToken.set(token, session)
    this.#changes++
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
    if (session === undefined) return undefined
    session.expiresAt = this.#end(now)
    this.#lastActivity = now
    return session
  }

  /** Ends one session; false when the token was not known. */
  revoke(token: string): boolean {
    this.#changes++
    return this.#byToken.delete(token)
  }

  /** Ends the sessions that came from an approval. */
  revokeApproval(approvalId: string): void {
    this.#changes++
    for (const [token, { grant }] of this.#byToken) if (grant?.approvalId === approvalId) this.#byToken.delete(token)
  }

  /** Ends every session, as an admin or an expiry would. */
  expireAll(): void {
    this.#changes++
    this.#byToken.clear()
  }

  /** For a restart: all sessions, whether they still live or not. */
  kept(): KeptPart {
    return smallPart({
      name: 'sessions',
      version: () => `${this.#changes} ${Math.floor(this.#lastActivity / NOTED_MS)}`,
      read: () => [...this.#byToken.values()],
      write: (sessions) => {
        this.#byToken.clear()
        for (const session of sessions) this.#byToken.set(session.token, session)
      },
    })
  }

  #end(now: number): number {
    return now + this.#settings.sessionSeconds * 1000
  }
}

/** Random characters `A-Za-z0-9._`, four for every three bytes; the bytes must be a multiple of three. */
export function opaque(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('+', '.').replaceAll('/', '_')
}
