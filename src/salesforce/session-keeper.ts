import type { Clock } from '../clock.js'
import { checkInstanceUrl } from './hosts.js'
import { login, revoke, type Credentials } from './login.js'
import { SessionStore, type Session } from './session-store.js'
import type { OrgTransport } from './transport.js'

/**
 * Hands out the one session that all processes of a user share, and renews it once however many need it at the same
 * moment: within the process by one promise, between processes by the lock of the store.
 */
export class SessionKeeper {
  readonly store: SessionStore
  #session: Session | undefined
  #renewing: Promise<Session> | undefined

  constructor(
    readonly credentials: Credentials,
    directory: string,
    private readonly transport: OrgTransport,
    private readonly clock: Clock,
  ) {
    this.store = new SessionStore(directory, credentials)
  }

  /** The session in memory, else the cached one, else a new login. */
  async current(): Promise<Session> {
    this.#session ??= this.#checked(await this.store.read())
    return this.#session ?? this.renew(undefined)
  }

  /** A session other than the one that was refused: one that somebody else has fetched meanwhile, or a new login. */
  async renew(refused: Session | undefined): Promise<Session> {
    this.#renewing ??= this.store
      .exclusively(async () => {
        const cached = this.#checked(await this.store.read())
        if (cached && cached.accessToken !== refused?.accessToken) return cached
        return this.#logIn()
      }, this.transport.signal)
      .finally(() => (this.#renewing = undefined))
    this.#session = await this.#renewing
    return this.#session
  }

  /** A new login whatever is cached: for `auth login`. */
  async logIn(): Promise<Session> {
    this.#session = await this.store.exclusively(() => this.#logIn(), this.transport.signal)
    return this.#session
  }

  /**
   * Revokes the cached session at the org and removes it; returns whose it was, or nothing if there was none. When the
   * org cannot be reached the file stays, so that it can be revoked later.
   */
  async logOut(): Promise<Session | undefined> {
    return this.store.exclusively(async () => {
      const session = this.#checked(await this.store.read())
      if (session) await revoke(session, this.transport)
      await this.store.remove()
      this.#session = undefined
      return session
    }, this.transport.signal)
  }

  /** A file can be older than the rules about where a token may go. */
  #checked(session: Session | undefined): Session | undefined {
    if (session) checkInstanceUrl(session.instanceUrl, this.credentials.loginUrl)
    return session
  }

  async #logIn(): Promise<Session> {
    const session = await login(this.credentials, this.transport, this.clock)
    await this.store.write(session)
    return session
  }
}
