import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMongo, type MongoStandIn } from '../../src/playground/mongo/server.js'
import { compareStreams, type Pair } from './differential.js'
import { reportText } from './report.js'
import { Runner } from './runner.js'

const uri = process.env.MH_SF_TEST_MONGO_URI

/** How many operations a seed runs in the suite, some seconds; `npm run differential` takes any number. */
const OPERATIONS = 2_400
const TIME_LIMIT = 120_000
/** Fixed, so that what decides about a change is the change; `npm run differential` takes a fresh one each time. */
const SEEDS = [20_260_315, 20_261_124]

describe.runIf(uri)('The embedded engine and the real one', () => {
  let mongo: MongoStandIn
  let pair: Pair

  beforeAll(async () => {
    mongo = await startMongo()
    pair = { ours: await Runner.connect(mongo.uri), theirs: await Runner.connect(uri ?? '') }
  })

  afterAll(async () => {
    await pair.ours.close()
    await pair.theirs.close()
    await mongo.close()
  })

  test.each(SEEDS)(
    'answer every operation of the streams of seed %i alike',
    async (seed) => {
      const report = await compareStreams(pair, { seed, operations: OPERATIONS })
      expect(report.failure, reportText(report)).toBeUndefined()
    },
    TIME_LIMIT,
  )
})
