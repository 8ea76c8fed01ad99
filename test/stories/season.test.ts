import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uriOf } from '../season/command-line.js'
import { runText } from '../season/report.js'
import { Season, type SeasonRun } from '../season/season.js'
import { engines, useDatabase } from '../support/engines.js'

const PARTICIPANTS = 2_000
const SEED = 'mongohacks'
const TIME_LIMIT = 180_000

/** As it ought to be, record by record; else what it did is told. */
const expectRight = (run: SeasonRun) => {
  expect(run.differences, runText(run)).toEqual([])
}

describe.each(engines())('a season of four events and 2,000 participants on $name', (engine) => {
  const platform = useDatabase(engine, 'season')
  const told: string[] = []
  let season: Season

  beforeAll(async () => {
    const { db, name, uri } = platform
    season = await Season.begin({
      participants: PARTICIPANTS,
      seed: SEED,
      platform: { uri: uriOf(uri, name), db },
      tell: (line) => told.push(line),
    })
  }, TIME_LIMIT)
  afterAll(() => season.end())

  test(
    'every participant is the member, and every contact says what, the facts want; nothing else is touched',
    async () => {
      const run = await season.run('first run')
      expectRight(run)
      expect(run.calls.writes).toContainEqual({ what: 'CampaignMember made', rows: 1_973 })
      expect(run.calls.made).toBeLessThanOrEqual(run.calls.floor + 23)
    },
    TIME_LIMIT,
  )

  test(
    'after a month of life the same holds, of converted, merged, renamed, edited and withdrawn too',
    async () => {
      await season.live(SEED, (line) => told.push(line))
      expect(told.slice(1)).toEqual([
        '50 leads converted, 5 of them into contacts that were there',
        "20 contacts merged, 6 of them with another participant's",
        '10 contacts edited by hand',
        'a status renamed: "Attended" is "Came" in MongoDB Spring Hackathon 2026',
        '40 withdrawn, 5 banned, 5 soft-deleted',
        '300 marked attended, 30 registered for another event',
      ])
      const run = await season.run('second run')
      expectRight(run)
      expect(run.calls.made).toBeLessThanOrEqual(run.calls.floor + 11)
    },
    TIME_LIMIT,
  )

  test(
    'a third run writes nothing in either system, and asks five times',
    async () => {
      const run = await season.run('third run', true)
      expectRight(run)
      expect(run.calls.writes).toEqual([])
      expect(run.calls.made).toBeLessThanOrEqual(5)
    },
    TIME_LIMIT,
  )
})
