import { MongoClient, type Db } from 'mongodb'
import { afterAll, beforeAll } from 'vitest'
import { startMongo } from '../../src/playground/mongo/server.js'

/** A database server that runs: `uri` has no database in it. */
export interface RunningEngine {
  readonly uri: string
  stop(): Promise<void>
}

/** A database server that a contract is held against. */
export interface Engine {
  readonly name: string
  /** True for the stand-in of the playground. */
  readonly embedded: boolean
  start(): Promise<RunningEngine>
}

const embedded: Engine = {
  name: 'the embedded engine',
  embedded: true,
  start: async () => {
    const mongo = await startMongo()
    return { uri: mongo.uri, stop: () => mongo.close() }
  },
}

function external(uri: string): Engine {
  return { name: `the engine at ${uri}`, embedded: false, start: () => Promise.resolve({ uri, stop: async () => {} }) }
}

/**
 * The engines that a contract suite runs on, for `describe.each(engines())('… on $name', (engine) => …)`: always the
 * embedded one, and a real one when MH_SF_TEST_MONGO_URI names it; that one alone when MH_SF_TEST_ENGINES is `real`, as
 * after a run that had the embedded one.
 */
export function engines(): Engine[] {
  const uri = process.env.MH_SF_TEST_MONGO_URI
  if (!uri) return [embedded]
  return process.env.MH_SF_TEST_ENGINES === 'real' ? [external(uri)] : [embedded, external(uri)]
}

/** A database that exists while the tests of a `describe` run. */
export interface TestDatabase {
  /** The server's connection string, without the database. */
  readonly uri: string
  readonly name: string
  readonly client: MongoClient
  readonly db: Db
}

/**
 * Starts the engine before the tests of the surrounding `describe`, with an empty database of its own name, and drops
 * that afterwards. `topic` goes into the name.
 */
export function useDatabase(engine: Engine, topic: string): TestDatabase {
  const name = `mh_sf_${topic}_${process.pid}`
  let running: RunningEngine
  let client: MongoClient
  beforeAll(async () => {
    running = await engine.start()
    client = await MongoClient.connect(running.uri)
    await client.db(name).dropDatabase()
  })
  afterAll(async () => {
    await client.db(name).dropDatabase()
    await client.close()
    await running.stop()
  })
  return {
    name,
    get uri() {
      return running.uri
    },
    get client() {
      return client
    },
    get db() {
      return client.db(name)
    },
  }
}

/** The connection string of one database of a server. */
export function withDatabase(uri: string, name: string): string {
  const url = new URL(uri)
  url.pathname = `/${name}`
  return url.href
}

/** Where DocumentDB, the engine that MH_SF_TEST_MONGO_URI usually names, is known not to answer as MongoDB 7 does. */
export const KNOWN_DIFFERENCES = {
  'order of new fields': 'sets new fields in the order of the update; MongoDB since 5.0 in the order of their names',
  'adding 0': 'counts an $inc by 0 as a modification; MongoDB does not',
  'the same replacement': 'counts the replacement of a document by itself as a modification; MongoDB does not',
  'codes of updates':
    'reports some wrong updates under another code: 2 where MongoDB has 14, 52, 56 or 66, 28 where it has 2, and of several errors another one',
  'size of updates': 'reports a document that an update made too large under another code than MongoDB’s 10334',
  'count of nothing': 'a $count of no documents is a document with 0; MongoDB returns none',
  'missing values in groups':
    'takes a missing value for null in a compound group key and in $addToSet; MongoDB leaves it out',
  'empty arrays in a sort': 'sorts an empty array as null; MongoDB before null',
  'codes of projections': 'reports an inclusion among exclusions as 31254; MongoDB as 31253',
  'codes of pipelines': 'reports a wrong sort, conflicting paths and change streams under codes of its own',
  'two arrays in a key': 'indexes two arrays in one key; MongoDB refuses them',
  'key of an array': 'names the first element of an array as the duplicate key; MongoDB the one that repeats',
  'time limits of waits':
    'lets a write from outside that waits for a transaction’s end wait on after its maxTimeMS; MongoDB ends it with 50',
  'codes of read concerns': 'refuses a snapshot outside of a transaction under another code',
  'indexes in transactions':
    'makes an index on a collection with documents inside a transaction; MongoDB only on one that is new',
  'write concerns in transactions':
    'the gateway in front of it takes a write concern of any command of a transaction; MongoDB only of the last',
  'read concerns in transactions':
    'the gateway in front of it takes any read concern of any command of a transaction; MongoDB only local, majority and snapshot, of the first',
  'fields of sessions':
    'the gateway in front of it takes a start or an autocommit that lacks its counterpart for none, and the number of a transaction for a plain read; MongoDB refuses them',
  'cursors of transactions':
    'the gateway in front of it reads a cursor of an open transaction on outside of it; MongoDB refuses that',
  'an empty $all': 'beside an _id, takes an empty $all for met; to MongoDB it is never met',
  'key found afterwards':
    'of several unique keys that an update violates, may name the one that only a later statement of the command takes',
  'reply of drop': 'does not say how many indexes a dropped collection had; MongoDB does',
  'name of a listing':
    'calls the namespace of a listing of collections $cmd.ListCollections; MongoDB $cmd.listCollections',
  'finding without a change':
    'a findAndModify that changes nothing counts no document and says none existed; MongoDB counts the one it found',
  'empty documents on the way':
    'an update that changes something, or inserts, makes the embedded documents on the way to a field that $unset, $rename, $pop or $pull would take from; MongoDB does not',
  'adding nothing to an array': 'a $push or $addToSet of no values leaves a missing array missing; MongoDB makes it',
  'collections of failed upserts':
    'makes no collection for a findAndModify that fails as it upserts; MongoDB makes the collection first',
  'fields of arrays':
    'refuses an $unset of a field of an array, and lets a $rename of one pass; to MongoDB the first has no effect and the second is an error',
  'arrays in arrays': 'a $pull by the fields of an embedded document takes arrays too; in MongoDB only documents',
  'empty arrays in unique keys': 'does not hold an empty array for a key of a sparse unique index; MongoDB does',
  'exclusions before additions':
    'takes an exclusion and the additions after it for one: a field that was excluded comes back in its old place, a missing document is made; not so MongoDB',
  'order within groups':
    'a $push of a group collects in no certain order; in MongoDB the order is that of the documents',
  'updates of nothing':
    'does not look at an update, or at what $setOnInsert would do, before a document needs it; MongoDB refuses conflicting paths always',
  'array filters on nothing': 'an $unset through $[] of a missing array has no effect; MongoDB refuses it',
  'errors ahead of their batch':
    'computes what a whole cursor returns before its first batch, and fails then; MongoDB when it comes to the document',
  'upserts tried again':
    'the gateway in front of it tries an upsert that met a duplicate key again after the other statements of an unordered command; MongoDB at once, or not at all',
  'many in one': 'undoes an update of many documents that fails half-way; MongoDB leaves the documents before',
  'count of all': 'counts a whole collection by statistics that trail behind; MongoDB knows the number',
  'ints for doubles':
    'makes an int of a whole $mod of a double, and of a group’s $sum of a constant that is a double; MongoDB a double',
  'hints of writes': 'does not look at the hint of a write; MongoDB refuses one that names no index',
  'codes of options': 'reports a hint or a time limit of the wrong type as 14; MongoDB as 9 and 2',
  'wrong options':
    'the gateway in front of it takes wrong concerns and time limits, and concerns and variables of commands that have none; MongoDB refuses them',
  collations: 'refuses any collation of a distinct, an update and a findAndModify, be it the simple one',
  'what is not offered': 'has collations and a reverse natural order; the embedded engine refuses them by name',
  'expiry once a minute': 'removes expired documents once a minute, which no test waits for',
} as const

/** A difference between a real engine and MongoDB that is known and accepted. */
export type KnownDifference = keyof typeof KNOWN_DIFFERENCES

/** Whether an engine can be held to MongoDB's answer in spite of a known difference. For `test.runIf`. */
export function agrees(engine: Engine, difference: KnownDifference | undefined): boolean {
  return engine.embedded || difference === undefined
}
