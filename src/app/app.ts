import { join } from 'node:path'
import type { Clock } from '../clock.js'
import { freeAt, HOUR_MS, WINDOW_MS, type UsageHour } from '../domain/api-usage.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { MatchPolicy } from '../domain/match.js'
import type { RunHead } from '../domain/run.js'
import type { MhError } from '../errors.js'
import { ApiUsage } from '../mongo/api-usage.js'
import { Database } from '../mongo/database.js'
import { HomeOrgs } from '../mongo/home-orgs.js'
import type { Credentials } from '../salesforce/credentials.js'
import { FieldCache } from '../salesforce/fields.js'
import { Keychain } from '../salesforce/keychain.js'
import { KeychainVault } from '../salesforce/keychain-vault.js'
import type { Org } from '../salesforce/org.js'
import type { CustomFields } from '../salesforce/people-rows.js'
import { PeopleSource } from '../salesforce/people-source.js'
import type { SecretStoreState } from '../salesforce/secret-store.js'
import { SessionKeeper } from '../salesforce/session-keeper.js'
import { untilAborted } from '../until-aborted.js'
import { keepUsage, USAGE_PATIENCE_MS } from './keep-usage.js'
import { NamedOrgs } from './named-orgs.js'
import { matchingOf, orgOf } from './org-of-settings.js'
import {
  mongoUriOf,
  orgIdOf,
  privacyKeyOf,
  requireSettings,
  secretStoreOf,
  type Need,
  type Settings,
} from './settings.js'

/** Where this user's state is kept: sessions under `data`, what can be asked again under `cache`. */
export interface Directories {
  data: string
  cache: string
}

/** Opens the two systems when they are asked for, once, and closes what was opened whatever happens. */
export class App implements AsyncDisposable {
  /** Aborts when the command is to stop. */
  readonly signal: AbortSignal
  readonly #stopped = new AbortController()
  /** How long a keychain has to answer; a person at a terminal may have to unlock it. */
  keychainPatienceMs = process.stderr.isTTY ? 60_000 : 3_000
  #opened: KeychainVault | undefined
  #org: Org | undefined
  #database: Promise<Database> | undefined
  #connected: Database | undefined

  constructor(
    readonly settings: Settings,
    private readonly directories: Directories,
    readonly clock: Clock,
    signal: AbortSignal,
    private typedBy: Omit<RunHead, 'id'>,
    /** What there is not, whatever the settings say: the error for whoever needs it. */
    private readonly absent: Partial<Record<Need, MhError>> = {},
  ) {
    this.signal = AbortSignal.any([signal, this.#stopped.signal])
  }

  /** Who runs what: with what was answered at a prompt, as if it had been typed. */
  get who(): Omit<RunHead, 'id'> {
    return this.typedBy
  }

  /** Keeps an answer at a prompt for whoever does the same again. */
  noteAnswer(flag: string, value: string): void {
    this.typedBy = { ...this.typedBy, arguments: [...this.typedBy.arguments, flag, value] }
  }

  /** Stops what goes on, as a signal from outside does. */
  stop(why: MhError): void {
    this.#stopped.abort(why)
  }

  /** The orgs that have names. */
  get namedOrgs(): NamedOrgs {
    return new NamedOrgs(this.directories.data)
  }

  /** Who hands out the sessions of a login. */
  keeper(credentials: Credentials): SessionKeeper {
    return new SessionKeeper(credentials, this.sessions, this.clock, {}, this.#vault)
  }

  /** Where what is secret is kept, and why there. */
  async secretStore(): Promise<SecretStoreState> {
    return (await this.#vault?.state()) ?? { asked: 'file', used: 'file' }
  }

  get #vault(): KeychainVault | undefined {
    const asked = secretStoreOf(this.settings)
    if (asked !== 'file')
      this.#opened ??= new KeychainVault(asked, new Keychain(this.keychainPatienceMs), this.sessions)
    return this.#opened
  }

  /** Where sessions are kept. */
  get sessions(): string {
    return join(this.directories.data, 'sessions')
  }

  /** Where private keys are kept that were made here. */
  get keys(): string {
    return join(this.directories.data, 'keys')
  }

  /** The same with other settings; nothing that is open is shared. */
  with(settings: Settings): App {
    return new App(settings, this.directories, this.clock, this.signal, this.typedBy, this.absent)
  }

  /** Where rows lie until their Bulk job is settled. */
  get staging(): string {
    return join(this.directories.data, 'uploads')
  }

  /** How people are matched and what is written about them. */
  get policy(): MatchPolicy & EnrichmentPolicy {
    return matchingOf(this.settings)
  }

  /** Throws for what is absent, or CONFIG_MISSING with all that is missing at once, before anything is connected. */
  require(...needs: Need[]): void {
    const absent = needs.map((need) => this.absent[need]).find((error) => error !== undefined)
    if (absent) throw absent
    requireSettings(this.settings, needs)
  }

  /** The org; nothing is sent before the first request. */
  org(): Org {
    if (!this.#org) {
      this.#org = orgOf(this.settings, this.directories.data, this.clock, this.#vault)
      const { transport } = this.#org
      transport.signal = this.signal
      this.#org.admit = async (orgId) => {
        // One that is still being looked for holds nobody up: it is asked with the next call, and before anything is written.
        if (this.#connected) await new HomeOrgs(this.#connected).admit(orgId)
        return this.#connected !== undefined
      }
      transport.whenFree = async (calls, now) => freeAt(await this.usage(now).catch(() => []), now, calls)
    }
    return this.#org
  }

  /** Reads people, and the fields named in `also`; `signal` ends the reading earlier than the command. */
  people({ signal = this.signal, also }: { signal?: AbortSignal; also?: CustomFields['also'] } = {}): PeopleSource {
    this.org().transport.signal = signal
    const { tierField, ownKeyField } = this.settings.policy.enrichment
    const fields = new FieldCache(this.org(), this.directories.cache, this.clock)
    return new PeopleSource(this.org(), fields, { tier: tierField, ownKey: ownKeyField, also })
  }

  /** Asks the org anew which fields there are, so that the next run knows of them; else that is known for a day. One call. */
  async refreshFields(): Promise<void> {
    await new FieldCache(this.org(), this.directories.cache, this.clock).read(true)
  }

  /** The platform's database, connected; as `Database.open` does with these. */
  async database(patienceMs?: number, atMostMs?: number): Promise<Database> {
    if (this.absent.mongo) throw this.absent.mongo
    const privacyKey = privacyKeyOf(this.settings)
    const { retention } = this.settings.policy
    const orgId = orgIdOf(this.settings)
    this.#database ??= Database.open({
      uri: mongoUriOf(this.settings),
      patienceMs,
      atMostMs,
      privacyKey,
      retention,
      orgId,
    })
    this.#connected = await this.#database
    return this.#connected
  }

  /** Our calls of the last 24 hours, by the hour; none where no database is open. Throws what the database throws. */
  async usage(now: Date): Promise<UsageHour[]> {
    const database = await this.#database
    if (!database) return []
    const { orgId } = await this.org().session()
    const asked = new ApiUsage(database, orgId).since(new Date(now.getTime() - WINDOW_MS - HOUR_MS))
    return untilAborted(asked, AbortSignal.timeout(USAGE_PATIENCE_MS))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    if (!database) return
    // Who waits for an answer does not wait for our own notes, nor fail because of them.
    if (this.#org) await keepUsage(this.#org, database, this.clock).catch(() => undefined)
    await database.close()
  }
}
