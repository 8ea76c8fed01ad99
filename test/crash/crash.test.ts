import { expect, test } from 'vitest'
import { sweep } from './sweep.js'

test('whatever interrupts it, the same command again brings both systems where an undisturbed one does: a sample', async () => {
  const { trials, violations } = await sweep({ only: '', sample: 16, seed: 'ci', tell: () => undefined })
  expect([...violations]).toEqual([])
  expect(Object.values(trials).reduce((sum, each) => sum + each, 0)).toBe(16)
}, 300_000)
