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
 * embedded one, and a real one when MH_SF_TEST_MONGO_URI names it.
 */
export function engines(): Engine[] {
  const uri = process.env.MH_SF_TEST_MONGO_URI
  return uri ? [embedded, external(uri)] : [embedded]
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

/** Where DocumentDB, the engine that MH_SF_TEST_MONGO_URI usually names, is known not to answer as MongoDB 7 does. */
export const KNOWN_DIFFERENCES = {
  'fields in order': 'sets new fields in the order of the update; MongoDB since 5.0 in the order of their names',
  'inc by zero': 'counts an $inc by 0 as a modification; MongoDB does not',
  'codes of updates':
    'reports some wrong update paths under other codes (2 instead of 14, 52, 56 or 66; 28 for 2; 40 for 2)',
  'count of nothing': 'a $count of no documents is a document with 0; MongoDB returns none',
  'missing group key': 'a missing field in a compound group key is null; MongoDB leaves it out',
  'index of the last element': 'compares missing values with MinKey and MaxKey otherwise than MongoDB',
  'remainder of longs': '$mod of a long beyond 2^53 is computed with doubles',
  'codes of pipelines': 'reports some wrong stages under other codes (115 for a change stream, 31249, 31325, 40181)',
} as const
