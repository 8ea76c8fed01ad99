import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { keyOf, needsNothingKept, type Credentials } from './credentials.js'
import { checkInstanceUrl } from './hosts.js'
import { login, proveLogin, revoke, type LoginOptions } from './login.js'
import { JointWork } from './joint-work.js'
import { SessionStore, type KeptLogin, type Session } from './session-store.js'
import { OrgTransport, type Told } from './transport.js'
import type { Vault } from './vault.js'

/** A reply that is on its way may hold the one refresh token that is alive: it is waited for so long after nobody else does. */
const LAST_REPLY_MS = 8_000

/** What a person gave at `auth login`, beside the settings. */
export type GivenLogin = Pick<LoginOptions, 'authorization'> & {
  /** The secrets that are kept count as given: it is the same login once more. */
  again?: boolean
  /** Secrets to be kept with the session, because no setting holds them. */
  secrets?: Pick<KeptLogin, 'clientSecret' | 'password'>
}

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
    vault?: Vault,
  ) {
    this.store = new SessionStore(directory, keyOf(credentials), vault)
  }

  /** The session in memory, else the cached one, else a new login. */
  async current(signal?: AbortSignal): Promise<Session> {
    this.#session ??= await this.cached()
    return this.#session ?? this.renew(undefined, signal)
  }

  /** The cached session, dead or alive; the org is not asked. */
  async cached(): Promise<Session | undefined> {
    return (await this.#kept())?.session
  }

  /**
   * The session, of a login that works today: a cached one says nothing of the key that the next one takes, so a new one is asked for beside
   * it and let go. Not by browser or from the Salesforce CLI, whose refresh token may be spent by that.
   */
  async proven(current: () => Promise<Session>, signal: AbortSignal): Promise<Session> {
    const kept = await this.#kept()
    const session = await current()
    const { flow } = this.credentials
    if (kept && flow !== 'web' && flow !== 'sf')
      await proveLogin(this.credentials, this.#transport(signal), this.clock, kept)
    return session
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

  /** A new login whatever is cached: for `auth login`. What is kept afterwards is that of this login alone. */
  async logIn(signal: AbortSignal, { authorization, secrets = {}, again = false }: GivenLogin = {}): Promise<Session> {
    this.#session = await this.store.exclusively(async () => {
      const before = again ? await this.#kept(authorization !== undefined) : undefined
      const made = await login(this.credentials, this.#transport(signal), this.clock, { authorization, kept: before })
      await this.store.write({ ...made, ...secrets })
      return made.session
    }, signal)
    return this.#session
  }

  /**
   * Revokes the cached login at the org and removes it; returns whose it was, or nothing if there was none. When the
   * org cannot be reached the file stays, so that it can be revoked later. A login of the Salesforce CLI is left to it.
   */
  async logOut(signal: AbortSignal): Promise<Session | undefined> {
    return this.store.exclusively(async () => {
      // Not what `#kept` says: a login that is locked has to be opened before it can be revoked.
      const kept = await this.store.read()
      if (kept) this.#check(kept)
      if (kept && kept.session.flow !== 'sf') await revoke(kept, this.#transport(signal))
      await this.store.remove()
      this.#session = undefined
      return kept?.session
    }, signal)
  }

  /**
   * A file can be older than the rules about where a token may go. What the keychain does not give is as good as none where a new login
   * needs nothing of it: by its settings, or because a person has just given it.
   */
  async #kept(isGiven = false): Promise<KeptLogin | undefined> {
    const kept = await this.store.read().catch((error: unknown) => {
      const isLocked = error instanceof MhError && error.code === 'SECRETS_LOCKED'
      if (isLocked && (isGiven || needsNothingKept(this.credentials))) return undefined
      throw error
    })
    if (kept) this.#check(kept)
    return kept
  }

  #check({ session: { instanceUrl } }: KeptLogin): void {
    checkInstanceUrl(instanceUrl, this.credentials.loginUrl)
  }

  #renewal(refused: Session | undefined): JointWork<Session> {
    return new JointWork((abandoned) =>
      this.store.exclusively(async () => {
        const kept = await this.#kept()
        if (kept && kept.session.accessToken !== refused?.accessToken) return kept.session
        return this.#logInAgain(kept, refused?.accessToken, abandoned)
      }, abandoned),
    )
  }

  async #logInAgain(kept: KeptLogin | undefined, refused: string | undefined, signal: AbortSignal): Promise<Session> {
    const keepRotated = (refreshToken: string) =>
      kept ? this.store.write({ ...kept, refreshToken }) : Promise.resolve()
    const patience = kept?.refreshToken === undefined ? signal : lingering(signal, LAST_REPLY_MS)
    const options = { kept, refused, keepRotated }
    const renewed = await login(this.credentials, this.#transport(patience), this.clock, options)
    await this.store.write(renewed)
    return renewed.session
  }

  /** None of the calls of a login is metered. */
  #transport(signal: AbortSignal): OrgTransport {
    const transport = new OrgTransport(this.told)
    transport.signal = signal
    return transport
  }
}

/** Aborts some time after another signal did, with its reason; keeps no process alive. */
function lingering(signal: AbortSignal, milliseconds: number): AbortSignal {
  const controller = new AbortController()
  const end = () => {
    setTimeout(() => {
      controller.abort(signal.reason)
    }, milliseconds).unref()
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return controller.signal
}
