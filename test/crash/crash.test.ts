import { expect, test } from 'vitest'
import { sweep } from './sweep.js'

/** Where something was wrong once. */
const FOUND = [
  'kill/backfill/after POST /composite/sobjects',
  'kill/sync/after PATCH /composite/sobjects',
  'lost reply/sync/after POST /composite/sobjects',
  'kill/sync by jobs/after PATCH /jobs/ingest',
]
/** The steps of an erasure: the tombstone, the org, its recycle bin, and what is found last. */
const ERASING = [
  'kill/forget/after update salesforce_optouts #1',
  'kill/forget/after DELETE /composite/sobjects #2',
  'kill/forget/after POST /services/Soap',
  'kill/forget/before update participants #1',
]

test('whatever interrupts it, the same command again brings both systems where an undisturbed one does: a sample', async () => {
  const { tried, unreached, violations } = await sweep({
    only: '',
    always: [...FOUND, ...ERASING],
    sample: 8,
    seed: 'ci',
    tell: () => undefined,
  })
  expect([...violations]).toEqual([])
  for (const name of [...FOUND, ...ERASING]) expect(tried.filter((each) => each.startsWith(name))).not.toEqual([])
  expect(unreached).toBeLessThan(tried.length / 4)
}, 600_000)
