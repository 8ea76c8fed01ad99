import { MhError } from '../errors.js'
import { Database } from '../mongo/database.js'
import type { EnricherOptions } from './types.js'

/** Who waits for a lookup does not wait longer for a server to be found, in milliseconds. */
const PATIENCE_MS = 2_000

/** The platform's database: the connection that was given, or one of our own, opened when it is needed. */
export class OpenDatabase {
  #borrowed: Database | undefined
  #own: Promise<Database> | undefined

  constructor(private readonly options: EnricherOptions) {}

  /** Throws MONGO_UNREACHABLE and the like, or CONFIG_MISSING; the next one who asks tries again. */
  async open(): Promise<Database> {
    const { db: given } = this.options
    if (given === undefined) return this.#connected()
    const db = typeof given === 'function' ? await given() : given
    if (!db) throw new MhError('MONGO_UNREACHABLE', 'The connection that was given is not open.')
    if (this.#borrowed?.db !== db) this.#borrowed = Database.around(db)
    return this.#borrowed
  }

  /** Closes what was opened here. */
  async close(): Promise<void> {
    const own = await this.#own?.catch(() => undefined)
    await own?.close()
  }

  #connected(): Promise<Database> {
    this.#own ??= this.#connect().catch((error: unknown) => {
      this.#own = undefined
      throw error
    })
    return this.#own
  }

  async #connect(): Promise<Database> {
    return Database.open({ uri: this.options.uri ?? (await this.#uriOfSettings()), patienceMs: PATIENCE_MS })
  }

  async #uriOfSettings(): Promise<string> {
    const { loadSettings, mongoUriOf } = await import('../app/settings.js')
    return mongoUriOf(await loadSettings(this.options.environment ?? process.env, process.cwd()))
  }
}
