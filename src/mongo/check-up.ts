import { randomUUID } from 'node:crypto'
import type { DatabaseReading, NightsReading, SampleReading } from '../domain/doctor-facts.js'
import { normaliseEmail } from '../domain/email.js'
import { EXPIRING } from '../domain/retention.js'
import { asError, OURS, type Database } from './database.js'
import { Nights } from './nights.js'
import { PROJECTION, toParticipant } from './participant-document.js'

/** Where a probe is written and removed at once. */
const PROBE = `${OURS}doctor`
/** Participants that are looked at, the latest first. */
const SAMPLE = 200

/** What a database is like, with `writing` still to be filled in by `probeWriting`. `now` is our clock. Throws what the database throws. */
export async function readDatabase(database: Database, now: () => Date): Promise<Omit<DatabaseReading, 'writing'>> {
  const { db, host } = database
  const [server, hasEvents, hasPeople, bareCollections] = await Promise.all([
    database.serverTime().then((time) => time.getTime() - now().getTime()),
    database.isPlatform(),
    database.hasPeople(),
    collectionsWithoutExpiry(database),
  ])
  const others = hasPeople || hasEvents ? [] : await database.databasesWithParticipants().catch(() => [])
  return { name: db.databaseName, host, hasPeople, hasEvents, others, skewMs: server, bareCollections }
}

/** Writes a document of our own and removes it, with its collection. Throws MONGO_AUTH where this user may not. */
export async function probeWriting({ db, host }: Database): Promise<void> {
  const probes = db.collection<{ _id: string }>(PROBE)
  const _id = randomUUID()
  await probes.insertOne({ _id }).catch(told(host))
  await probes.deleteOne({ _id }).catch(told(host))
  // Whoever may write and not drop leaves it empty.
  await probes.drop().catch(() => undefined)
}

/** The latest participants, as the tool understands them; only counts are kept. */
export async function readSample({ db, host }: Database): Promise<SampleReading> {
  const query = db.collection('participants').find({ deletedAt: null }, { projection: PROJECTION })
  const documents = await query.sort({ _id: -1 }).limit(SAMPLE).toArray().catch(told(host))
  const people = documents.flatMap((document) => readable(document) ?? [])
  return {
    looked: documents.length,
    unreadable: documents.length - people.length,
    badAddresses: people.filter(({ storedEmail }) => !normaliseEmail(storedEmail).ok).length,
    withoutEvent: people.filter(({ registrations }) => registrations.length === 0).length,
  }
}

/** When the last night began, and when the last good one ended. */
export async function readNights(database: Database): Promise<NightsReading> {
  const nights = new Nights(database, 1)
  const [[last], lastGoodAt] = await Promise.all([nights.list({ limit: 1 }), nights.lastGoodAt()])
  return { lastAt: last?.startedAt, lastGoodAt }
}

function readable(document: unknown) {
  try {
    return toParticipant(document)
  } catch {
    return undefined
  }
}

async function collectionsWithoutExpiry({ db, host }: Database): Promise<string[]> {
  const there = await db.listCollections({}, { nameOnly: true }).toArray().catch(told(host))
  const ours = EXPIRING.filter((name) => there.some((each) => each.name === name))
  const bare = await Promise.all(
    ours.map(async (name) => {
      const indexes = await db.collection(name).indexes().catch(told(host))
      if (indexes.some(({ key, expireAfterSeconds }) => 'expiresAt' in key && expireAfterSeconds === 0)) return []
      // Who waits in the queue has no such time: the index is made with the first who may have one.
      const some = await db
        .collection(name)
        .findOne({ expiresAt: { $exists: true } }, { projection: { _id: 1 } })
        .catch(told(host))
      return some ? [name] : []
    }),
  )
  return bare.flat()
}

function told(host: string) {
  return (error: unknown): never => {
    throw asError(error, host)
  }
}
