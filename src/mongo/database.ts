import type { Db, MongoClient, MongoClientOptions } from 'mongodb'
import { z } from 'zod'
import { DEFAULT_RETENTION, type Retention } from '../domain/retention.js'
import { MhError } from '../errors.js'
import { idsOf, isDb, isMongoError, type MakeId } from './driver.js'

/** Collections whose name begins like this are ours; the rest is the platform's (platform.md). */
export const OURS = 'salesforce_'
/** How long a server may leave a question unanswered, in milliseconds. */
const ANSWER_MS = 60_000

export interface DatabaseSettings {
  /** Names the database in its path. */
  uri: string
  /** How long to look for a server, in milliseconds, where the URI does not say. @default 5_000 */
  patienceMs?: number
  /** No look and no question takes longer, whatever the URI says. */
  atMostMs?: number
  /** The installation's key for what is kept about people only as hashes; see `OptOuts`. */
  privacyKey?: string
  /** How long what we keep is kept. */
  retention?: Retention
  /** The org that settings name as this database's; see `HomeOrgs`. */
  orgId?: string
}

/** The platform's database. Open it once a process and close it whatever happens. */
export class Database {
  #ids: Promise<MakeId> | undefined

  private constructor(
    readonly db: Db,
    readonly host: string,
    /** Ours; a borrowed database has none. */
    readonly client?: MongoClient,
    /** Whoever borrows a database may come to know it later. */
    public privacyKey?: string,
    readonly retention: Retention = DEFAULT_RETENTION,
    public orgId?: string,
  ) {}

  /** Around a connection that is somebody else's, of whichever copy of the driver since its version 6; it stays open. */
  static around(db: object): Database {
    if (isDb(db)) return new Database(db, 'the given connection')
    throw new MhError('USAGE', 'What was given is no database of the MongoDB driver.')
  }

  /**
   * Connects and proves it by a ping. Throws MONGO_UNREACHABLE, MONGO_AUTH, CONFIG_INVALID; never tells a password.
   * A server that leaves a question unanswered for a minute (or the URI's `socketTimeoutMS`) counts as unreachable then
   * and later, so that nothing waits for ever.
   */
  static async open({
    uri,
    patienceMs = 5_000,
    atMostMs,
    privacyKey,
    retention,
    orgId,
  }: DatabaseSettings): Promise<Database> {
    const host = hostOf(uri)
    const client = await makeClient(uri, atMostMs === undefined ? timeouts(uri, patienceMs) : bounded(atMostMs))
    try {
      const database = new Database(client.db(), host, client, privacyKey, retention, orgId)
      await database.db.command({ ping: 1 })
      if (pathOf(uri) === '') throw await database.#pathMissing()
      return database
    } catch (error) {
      await client.close()
      throw asError(error, host)
    }
  }

  async close(): Promise<void> {
    await this.client?.close()
  }

  /** How ids are made that this connection takes. Throws NO_PARTICIPANTS where that cannot be known yet. */
  ids(): Promise<MakeId> {
    this.#ids ??= this.client
      ? loadDriver().then(
          ({ ObjectId }) =>
            (hex: string) =>
              new ObjectId(hex),
        )
      : idsOf(this.db).catch((error: unknown) => {
          this.#ids = undefined
          throw asError(error, this.host)
        })
    return this.#ids
  }

  /**
   * What time it is on the server: clocks of machines differ, and what is due for all is judged by one. Never before what `$$NOW` has
   * said until now: one may be rounded up to milliseconds and the other one down (seen on DocumentDB).
   */
  async serverTime(): Promise<Date> {
    const hello = await this.db.command({ hello: 1 }).catch((error: unknown) => {
      throw asError(error, this.host)
    })
    const { localTime } = z.object({ localTime: z.date() }).parse(hello)
    return new Date(localTime.getTime() + 1)
  }

  /** Whether the platform lives here, though perhaps nobody has registered yet: there is an event. */
  async isPlatform(): Promise<boolean> {
    const event = this.db.collection('events').findOne({}, { projection: { _id: 1 } })
    return event.then(
      (found) => found !== null,
      (error: unknown) => {
        throw asError(error, this.host)
      },
    )
  }

  /** Whether somebody has registered. */
  async hasPeople(): Promise<boolean> {
    const person = this.db.collection('participants').findOne({}, { projection: { _id: 1 } })
    return person.then(
      (found) => found !== null,
      (error: unknown) => {
        throw asError(error, this.host)
      },
    )
  }

  /** Databases of this server that hold participants: where somebody probably meant to go. */
  async databasesWithParticipants(): Promise<string[]> {
    const { client } = this
    if (!client) return []
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true })
    const names = databases.map(({ name }) => name).filter((name) => !['admin', 'local', 'config'].includes(name))
    const holds = await Promise.all(
      names.map(
        async (name) =>
          (await client
            .db(name)
            .collection('participants')
            .findOne({}, { projection: { _id: 1 } })) !== null,
      ),
    )
    return names.filter((_, index) => holds[index])
  }

  /** The error for a database that has no events and no participants: names the ones that do. */
  async looksWrong(): Promise<MhError> {
    const others = await this.databasesWithParticipants().catch(() => [])
    const hint =
      others.length > 0
        ? `Participants are in: ${others.join(', ')}. Put one of these at the end of MONGODB_URI.`
        : 'No database on this server has participants; check the host in MONGODB_URI.'
    return new MhError(
      'MONGO_WRONG_DATABASE',
      `The database "${this.db.databaseName}" on ${this.host} has no participants and no events.`,
      hint,
    )
  }

  async #pathMissing(): Promise<MhError> {
    const others = await this.databasesWithParticipants().catch(() => [])
    const which = others.length > 0 ? ` Participants are in: ${others.join(', ')}.` : ''
    return new MhError(
      'CONFIG_INVALID',
      'MONGODB_URI names no database.',
      `Put its name at the end, as in mongodb://host/hackathon-platform.${which}`,
    )
  }
}

/** An error of the driver, or of the system below it, as one for a person; others pass unchanged. */
export function asError(error: unknown, host: string): unknown {
  if (!isMongoError(error)) return isSystemError(error) ? systemError(error, host) : error
  if (error.code === 18 || error.code === 8000) {
    return new MhError(
      'MONGO_AUTH',
      `MongoDB at ${host} refused the login.`,
      'Check user, password and authSource in MONGODB_URI.',
      { cause: error },
    )
  }
  if (error.code === 13) {
    return new MhError(
      'MONGO_AUTH',
      `The MongoDB user at ${host} may not do this.`,
      'Give the user readWrite on the platform database.',
      { cause: error },
    )
  }
  if (/^Mongo(?:Network|PoolCleared)|Selection|Timeout/u.test(error.name)) return unreachable(error, host)
  return new MhError(
    'MONGO_FAILED',
    `MongoDB at ${host} failed (${error.name}${error.code === undefined ? '' : ` ${error.code}`}).`,
    'Run the command again; what was written stays and is not written twice.',
    { cause: error },
  )
}

interface SystemError extends Error {
  code: string
  path?: string
}

/** What Node throws for a failed system call or name look-up: the driver passes it on as it is. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

/** Only files have a path: of certificates, named in the URI. The rest is the network or its names. */
function systemError(error: SystemError, host: string): MhError {
  if (error.path === undefined) return unreachable(error, host)
  return new MhError(
    'CONFIG_INVALID',
    `MONGODB_URI names a file that cannot be read: ${error.path} (${error.code}).`,
    'Check tlsCAFile and tlsCertificateKeyFile in MONGODB_URI.',
    { cause: error },
  )
}

function unreachable(cause: Error, host: string): MhError {
  return new MhError(
    'MONGO_UNREACHABLE',
    `MongoDB at ${host} could not be reached.`,
    'Check MONGODB_URI, the network and the IP access list, then run the command again.',
    { cause },
  )
}

/** Only when it is needed: a borrowed connection brings its own. */
const loadDriver = () => import('mongodb')

async function makeClient(uri: string, limits: MongoClientOptions): Promise<MongoClient> {
  const driver = await loadDriver()
  try {
    return new driver.MongoClient(uri, {
      appName: 'mh-sf',
      ...limits,
      retryWrites: true,
      // An undefined in a filter must match nobody; left out, the filter would match everybody.
      ignoreUndefined: false,
    })
  } catch {
    throw notAConnectionString()
  }
}

/** What MONGODB_URI is told that names no database; without the value, which may hold a password. */
export function notAConnectionString(): MhError {
  return new MhError(
    'CONFIG_INVALID',
    'MONGODB_URI is not a MongoDB connection string.',
    'It looks like mongodb://host:27017/hackathon-platform or mongodb+srv://user:password@cluster.example.net/hackathon-platform.',
  )
}

/** Options given beside a URI win over it, so what the URI says itself is left to it. */
function timeouts(uri: string, patienceMs: number): MongoClientOptions {
  const ours = { serverSelectionTimeoutMS: patienceMs, connectTimeoutMS: patienceMs, socketTimeoutMS: ANSWER_MS }
  const said = new Set(Array.from(uri.matchAll(/[?&]([^=&?]+)=/gu), ([, name]) => name?.toLowerCase()))
  return Object.fromEntries(Object.entries(ours).filter(([name]) => !said.has(name.toLowerCase())))
}

function bounded(milliseconds: number): MongoClientOptions {
  return { serverSelectionTimeoutMS: milliseconds, connectTimeoutMS: milliseconds, socketTimeoutMS: milliseconds }
}

/** Host and port without user and password, for messages. */
function hostOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]+)/u.exec(uri)?.[1] ?? 'the given address'
}

function pathOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/u.exec(uri)?.[1] ?? ''
}
