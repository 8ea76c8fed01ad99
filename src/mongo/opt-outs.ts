import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Collection, Document, Filter } from 'mongodb'
import { z } from 'zod'
import { normaliseEmail } from '../domain/email.js'
import { mailboxOf } from '../domain/mailbox.js'
import { stronger, type OptOut, type OptOutCause } from '../domain/opt-out.js'
import { MhError } from '../errors.js'
import { OURS, asError, type Database } from './database.js'

/** By what somebody may be recognised; addresses as they are stored, whatever they are. */
export interface Traits {
  emails?: readonly unknown[]
  participantIds?: readonly string[]
  /** Contacts and Leads. */
  recordIds?: readonly string[]
}

/** Somebody who is to be left alone, by their tag: it tells nothing to whoever has no key. */
export interface NotedPerson extends OptOut {
  person: string
}

interface Kept {
  _id: string
}

interface Key {
  id: string
  secret: Buffer
}

export const OPT_OUTS = `${OURS}optouts`
const KEYS = `${OURS}keys`
const KEY_NAME = 'privacy'
/** A trait is asked for by so many at a time. */
const PER_QUERY = 5_000
/** Ids have 15 characters that count, and 3 that only check them (rest.md §10). */
const RECORD_ID_CHARACTERS = 15
const DUPLICATE_KEY = 11_000

const entry = z.object({
  _id: z.string(),
  key: z.string(),
  person: z.string(),
  because: z.enum(['asked', 'erased', 'org']),
  at: z.date(),
  flag: z.string().optional(),
})
const keyDocument = z.object({ secret: z.string() })

/** By database, once there is anything to read. */
const known = new WeakMap<Database, readonly Key[]>()

/**
 * Who is not to be sent anywhere, as keyed hashes (HMAC-SHA256) of what they may be recognised by: the mailbox, whatever the spelling of
 * its address, their participants, their records. It is no list of people: without the key nobody can be found in it, and with the key
 * only who is asked for. The key is the installation's (MH_SF_PRIVACY_KEY), else one that is made once and kept in the same
 * database; what was noted under one is read under both.
 */
export class OptOuts {
  readonly #entries: Collection<Kept>
  readonly #keys: Collection<Kept>

  constructor(private readonly database: Database) {
    const safely = { writeConcern: { w: 'majority' as const } }
    this.#entries = database.db.collection<Kept>(OPT_OUTS, safely)
    this.#keys = database.db.collection<Kept>(KEYS, safely)
  }

  /**
   * What is noted of each of these, in their order. Throws CONFIG_MISSING where entries were made under a key that is not at hand: not
   * to know is no reason to send somebody.
   */
  async among(people: readonly Traits[]): Promise<(NotedPerson | undefined)[]> {
    const keys = await this.#readable()
    if (keys.length === 0) return people.map(() => undefined)
    const hashes = people.map((traits) => keys.flatMap((key) => hashesOf(key, traits)))
    const found = await this.#read([...new Set(hashes.flat())])
    return hashes.map((ofOne) =>
      ofOne.reduce<NotedPerson | undefined>((so, hash) => {
        const one = found.get(hash)
        return one && stronger(so, one) === one ? one : so
      }, undefined),
    )
  }

  /** The same of one. */
  async find(traits: Traits): Promise<NotedPerson | undefined> {
    return (await this.among([traits]))[0]
  }

  /** Whether nobody is noted. */
  async isEmpty(): Promise<boolean> {
    return (await this.#entries.findOne({}, { projection: { _id: 1 } }).catch(this.#told)) === null
  }

  /**
   * Notes that somebody is not to be sent anywhere: by all of these traits, and with what was noted of any of them before. What holds more
   * stays. Returns the person's tag. `flag`: the field of a record that said so.
   */
  async note(traits: Traits, because: OptOutCause, at: Date, flag?: string): Promise<string> {
    const key = await this.#signing()
    const hashes = hashesOf(key, traits)
    const before = await this.#read((await this.#readable()).flatMap((each) => hashesOf(each, traits)))
    const [first] = [...before.values()].map(({ person }) => person).sort()
    const person = first ?? hashes[0] ?? ''
    const others = [...new Set([...before.values()].map((each) => each.person))].filter((each) => each !== person)
    const operations = hashes.flatMap((_id) => {
      const was = before.get(_id)
      const wanted: OptOut = { because, at }
      if (was && stronger(was, wanted) === was) return []
      const $set = { key: key.id, person, because, at, ...(flag === undefined ? {} : { flag }) }
      return [{ updateOne: { filter: { _id }, update: { $set }, upsert: true } }]
    })
    if (others.length > 0) {
      const filter = { person: { $in: others } } as Filter<Kept>
      await this.#entries.updateMany(filter, { $set: { person } as Document }).catch(this.#told)
    }
    if (operations.length > 0) await this.#entries.bulkWrite(operations, { ordered: false }).catch(this.#told)
    return person
  }

  /** Forgets what was noted of somebody under any of these traits; returns what it was. */
  async lift(traits: Traits): Promise<NotedPerson | undefined> {
    const was = await this.find(traits)
    if (was) await this.#entries.deleteMany({ person: was.person }).catch(this.#told)
    return was
  }

  /** Forgets what these records of the org had said, where nobody asked for it beside. */
  async liftByOrg(recordIds: readonly string[]): Promise<void> {
    const keys = await this.#readable()
    const found = await this.#read(keys.flatMap((key) => hashesOf(key, { recordIds })))
    const people = [...found.values()].filter(({ because }) => because === 'org').map(({ person }) => person)
    if (people.length === 0) return
    const filter = { person: { $in: people }, because: 'org' } as Filter<Kept>
    await this.#entries.deleteMany(filter).catch(this.#told)
  }

  /** Notes on records which were told by us that the person has opted out, so that only these are told otherwise later. */
  async noteFlagged(recordIds: readonly string[]): Promise<void> {
    if (recordIds.length === 0) return
    const key = await this.#signing()
    const _id = { $in: hashesOf(key, { recordIds }) }
    await this.#entries.updateMany({ _id }, { $set: { flagged: true } as Document }).catch(this.#told)
  }

  /** Which of these records we told. */
  async flagged(recordIds: readonly string[]): Promise<Set<string>> {
    const keys = await this.#readable()
    const byHash = new Map(
      recordIds.flatMap((id) =>
        keys.flatMap((key) => hashesOf(key, { recordIds: [id] }).map((hash) => [hash, id] as const)),
      ),
    )
    const filter = { _id: { $in: [...byHash.keys()] }, flagged: true } as Filter<Kept>
    const found = await this.#entries
      .find(filter, { projection: { _id: 1 } })
      .toArray()
      .catch(this.#told)
    return new Set(found.flatMap(({ _id }) => byHash.get(_id) ?? []))
  }

  /** Why the person of this tag is noted, if they are. */
  async byPerson(person: string): Promise<OptOutCause | undefined> {
    const raw = await this.#entries.findOne({ person } as Filter<Kept>).catch(this.#told)
    return raw === null ? undefined : entry.parse(raw).because
  }

  /** What is noted of somebody, as it is kept: by each of their traits since when, and by whose word. */
  async documents(traits: Traits): Promise<Document[]> {
    const keys = await this.#readable()
    const found = await this.#read(keys.flatMap((key) => hashesOf(key, traits)))
    const people = [...new Set([...found.values()].map(({ person }) => person))]
    if (people.length === 0) return []
    const filter = { person: { $in: people } } as Filter<Kept>
    return this.#entries.find(filter).sort({ _id: 1 }).toArray().catch(this.#told)
  }

  /** How many people are noted, by why. */
  async count(): Promise<Record<OptOutCause, number>> {
    const pipeline = [
      { $group: { _id: { person: '$person', because: '$because' } } },
      { $group: { _id: '$_id.because', people: { $sum: 1 } } },
    ]
    const group = z.object({ _id: z.enum(['asked', 'erased', 'org']), people: z.number() })
    const groups = (await this.#entries.aggregate(pipeline).toArray().catch(this.#told)).map((raw) => group.parse(raw))
    const of = (because: OptOutCause) => groups.find(({ _id }) => _id === because)?.people ?? 0
    return { asked: of('asked'), erased: of('erased'), org: of('org') }
  }

  /** A signature of a text under the key of today, and which key that is. */
  async sign(text: string): Promise<{ key: string; value: string }> {
    const key = await this.#signing()
    return { key: key.id, value: signature(key, text) }
  }

  /** Whether a text was signed by us; undefined when that key is not at hand. */
  async isSigned(text: string, signed: { key: string; value: string }): Promise<boolean | undefined> {
    const key = (await this.#atHand()).find(({ id }) => id === signed.key)
    return key && signature(key, text) === signed.value
  }

  async #read(hashes: readonly string[]): Promise<Map<string, NotedPerson & { key: string }>> {
    const found = new Map<string, NotedPerson & { key: string }>()
    for (let at = 0; at < hashes.length; at += PER_QUERY) {
      const _id = { $in: hashes.slice(at, at + PER_QUERY) }
      for (const raw of await this.#entries.find({ _id }).toArray().catch(this.#told)) {
        const { _id: hash, ...rest } = entry.parse(raw)
        found.set(hash, rest)
      }
    }
    return found
  }

  /** The keys that entries may be under; none while there are no entries. */
  async #readable(): Promise<readonly Key[]> {
    if (await this.isEmpty()) return []
    const cached = known.get(this.database)
    if (cached) return cached
    const keys = await this.#atHand()
    const ids = keys.map(({ id }) => id)
    const locked = await this.#entries.findOne({ key: { $nin: ids } } as Filter<Kept>).catch(this.#told)
    if (locked) {
      throw new MhError(
        'CONFIG_MISSING',
        'Who has opted out was noted under another key than there is here.',
        'Set MH_SF_PRIVACY_KEY to the one that it was noted under (docs/privacy.md). Nobody is sent anywhere without it.',
      )
    }
    known.set(this.database, keys)
    return keys
  }

  /** The installation's key first. */
  async #atHand(): Promise<Key[]> {
    const { privacyKey } = this.database
    const kept = await this.#kept()
    return [...(privacyKey === undefined ? [] : [keyOf(privacyKey)]), ...(kept === undefined ? [] : [keyOf(kept)])]
  }

  /** The key under which something new is noted. */
  async #signing(): Promise<Key> {
    const { privacyKey } = this.database
    if (privacyKey !== undefined) {
      known.delete(this.database)
      return keyOf(privacyKey)
    }
    const kept = (await this.#kept()) ?? (await this.#make())
    return keyOf(kept)
  }

  async #kept(): Promise<string | undefined> {
    const raw = await this.#keys.findOne({ _id: KEY_NAME }).catch(this.#told)
    return raw === null ? undefined : keyDocument.parse(raw).secret
  }

  /** Of two who make one at once, one is heard. */
  async #make(): Promise<string> {
    const secret = randomBytes(32).toString('base64url')
    const update: Document = { $setOnInsert: { secret, madeAt: new Date() } }
    await this.#keys.updateOne({ _id: KEY_NAME }, update, { upsert: true }).catch((error: unknown) => {
      if (!isDuplicate(error)) this.#told(error)
    })
    known.delete(this.database)
    return (await this.#kept()) ?? secret
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

function keyOf(secret: string): Key {
  return {
    id: createHash('sha256').update(`mh-sf privacy key\n${secret}`).digest('hex').slice(0, 12),
    secret: Buffer.from(secret),
  }
}

/** The mailbox first, by which the person is called. */
function hashesOf(key: Key, { emails = [], participantIds = [], recordIds = [] }: Traits): string[] {
  const mailboxes = emails.flatMap((each) => {
    const address = normaliseEmail(each)
    return address.ok ? [mailboxOf(address.email)] : []
  })
  const hashes = [
    ...mailboxes.map((each) => hmac(key, 'mailbox', each)),
    ...participantIds.map((each) => hmac(key, 'participant', each)),
    ...recordIds.map((each) => hmac(key, 'record', each.slice(0, RECORD_ID_CHARACTERS))),
  ]
  return [...new Set(hashes)]
}

function hmac({ secret }: Key, kind: string, text: string): string {
  return createHmac('sha256', secret).update(`${kind}\n${text}`).digest('base64url')
}

function signature(key: Key, text: string): string {
  return hmac(key, 'signed', text)
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY
}
