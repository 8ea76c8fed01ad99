import { expect, test } from 'vitest'
import { runIdAt } from '../../src/domain/run.js'

test('ids of runs stand in the order in which these began, within a second too, whatever the rest of them', () => {
  const begun: [time: string, random: string][] = [
    ['2026-11-24T11:22:32.999Z', 'fff'],
    ['2026-11-24T11:22:33.000Z', 'fff'],
    ['2026-11-24T11:22:33.001Z', '000'],
    ['2026-11-24T11:22:33.017Z', '3f2'],
    ['2026-11-24T11:22:33.999Z', '000'],
    ['2026-11-24T11:22:34.000Z', '000'],
  ]
  const ids = begun.map(([time, random]) => runIdAt(new Date(time), random))
  expect(ids).toEqual([...ids].sort())
  expect(ids[3]).toBe('20261124T112233Z-0113f2')
})
