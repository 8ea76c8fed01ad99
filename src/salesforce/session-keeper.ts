import type { Clock } from '../clock.js'
import { checkInstanceUrl } from './hosts.js'
import { login, revoke, type Credentials } from './login.js'
import { JointWork } from './joint-work.js'
import { SessionStore, type Session } from './session-store.js'
import { OrgTransport, type Told } from './transport.js'

/**
 * Hands out the one session that all processes of a user share, and renews it once however many need it at the same
 * moment: within the process by work that all of them wait for, between processes by the lock of the store. Its exchanges
 * are apart from those of who needs the session: whoever gives up takes it from nobody.
 */
export class SessionKeeper {
  readonly store: SessionStore
  #session: Session | undefined
  #renewing: JointWork<Session> | undefined

  constructor(
    readonly credentials: Credentials,
    directory: string,
    private readonly clock: Clock,
    private readonly told: Told,
  ) {
    this.store = new SessionStore(directory, credentials)
  }

  /** The session in memory, else the cached one, else a new login. */
  async current(signal?: AbortSignal): Promise<Session> {
    this.#session ??= this.#checked(await this.store.read())
    return this.#session ?? this.renew(undefined, signal)
  }

  /** A session other than the one that was refused: one that somebody else has fetched meanwhile, or a new login. */
  async renew(refused: Session | undefined, signal?: AbortSignal): Promise<Session> {
    if (!this.#renewing || this.#renewing.isAbandoned) this.#renewing = this.#renewal(refused)
    const renewing = this.#renewing
    try {
      this.#session = await renewing.join(signal)
      return this.#session
    } finally {
      if (this.#renewing === renewing && renewing.isAbandoned) this.#renewing = undefined
    }
  }

  /** A new login whatever is cached: for `auth login`. */
  async logIn(signal: AbortSignal): Promise<Session> {
    this.#session = await this.store.exclusively(() => this.#logIn(signal), signal)
    return this.#session
  }

  /**
   * Revokes the cached session at the org and removes it; returns whose it was, or nothing if there was none. When the
   * org cannot be reached the file stays, so that it can be revoked later.
   */
  async logOut(signal: AbortSignal): Promise<Session | undefined> {
    return this.store.exclusively(async () => {
      const session = this.#checked(await this.store.read())
      if (session) await revoke(session, this.#transport(signal))
      await this.store.remove()
      this.#session = undefined
      return session
    }, signal)
  }

  /** A file can be older than the rules about where a token may go. */
  #checked(session: Session | undefined): Session | undefined {
    if (session) checkInstanceUrl(session.instanceUrl, this.credentials.loginUrl)
    return session
  }

  #renewal(refused: Session | undefined): JointWork<Session> {
    return new JointWork((abandoned) =>
      this.store.exclusively(async () => {
        const cached = this.#checked(await this.store.read())
        if (cached && cached.accessToken !== refused?.accessToken) return cached
        return this.#logIn(abandoned)
      }, abandoned),
    )
  }

  async #logIn(signal: AbortSignal): Promise<Session> {
    const session = await login(this.credentials, this.#transport(signal), this.clock)
    await this.store.write(session)
    return session
  }

  /** None of the calls of a login is metered. */
  #transport(signal: AbortSignal): OrgTransport {
    const transport = new OrgTransport(this.told)
    transport.signal = signal
    return transport
  }
}
