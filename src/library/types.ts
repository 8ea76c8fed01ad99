import type { CustomerTier } from '../domain/person.js'
import type { ErrorCode } from '../errors.js'

/**
 * The platform's database as its own driver gives it, of MongoDB's driver 6 or 7: `mongoose.connection.db`. Told by what is
 * used of it, because the class of another copy of the driver is another type.
 */
export interface PlatformDb {
  readonly databaseName: string
  collection(name: string): object
  command(command: { ping: 1 }): Promise<object>
}

/** An ObjectId of whichever copy of bson. */
export interface PlatformId {
  toHexString(): string
}

export interface EnricherOptions {
  /** The platform's connection, or what gives it; it is never closed. Without one `uri` is connected. */
  db?: PlatformDb | (() => PlatformDb | undefined | Promise<PlatformDb | undefined>)
  /** Where to connect if there is no `db`. @default MONGODB_URI */
  uri?: string
  /** Where settings are looked up, under the names that the command line has; `.env.local` and `.env` come after. @default process.env */
  environment?: Readonly<Record<string, string | undefined>>
  /** A directory of this process's user alone, for the session and the names of fields. @default one of ours below the system's temporary directory */
  stateDirectory?: string
}

export interface EnrichOptions {
  /** After how many milliseconds there is an answer in any case. @default 2_000 */
  timeoutMs?: number
}

/** Why somebody was not enriched at once: a code of `mh-sf`, or MOVED when the platform changed the address meanwhile. */
export type Reason = ErrorCode | 'MOVED'

/** What was found out, and stands in the participant's document. */
export interface EnrichedAnswer {
  status: 'enriched'
  participantId: string
  /** `parked`: several records are possible, and a person has to decide. `malformed`: the address is not one. `opted_out`: nobody was asked. */
  match: 'contact' | 'lead' | 'not_found' | 'parked' | 'malformed' | 'opted_out'
  contactId?: string
  leadId?: string
  accountName?: string
  tier?: CustomerTier
  isExistingCustomer?: boolean
}

export type EnrichAnswer =
  | EnrichedAnswer
  /** Not now: a worker will look them up. `message` is for a log, and has no personal data in it. */
  | { status: 'queued'; participantId: string; reason: Reason; message: string }
  /** No participant of the platform is this; nobody by this id may have been saved yet. */
  | { status: 'unknown participant' }
  /** Nothing could be written down: MongoDB did not answer. Whom the platform left `pending` a worker finds all the same. */
  | { status: 'failed'; reason: Reason; message: string }

export interface Enricher {
  /**
   * Looks up a participant who has just been saved, by id or by address. Never throws and never rejects; settles within
   * `timeoutMs`, at the latest some milliseconds after it.
   */
  enrich(who: string | PlatformId, options?: EnrichOptions): Promise<EnrichAnswer>
  /**
   * Ends what is under way: whoever waits is answered at once, and stays queued; who is not in the queue yet is put there
   * first, if that is done within their time. Leaves a `db` that was given open.
   */
  close(): Promise<void>
}
