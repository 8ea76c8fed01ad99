import { expect, test } from 'vitest'
import { MovableClock } from '../../src/playground/movable-clock.js'

test('a clock is ahead by what it was moved, though time passes between any two looks', () => {
  let base = 1_000
  const clock = new MovableClock(() => base++)
  clock.advance(7_200_000)
  expect(clock.state).toMatchObject({ ahead: 7_200_000, frozen: false })
  clock.freeze()
  const { now } = clock.state
  clock.advance(500)
  expect(clock.state).toMatchObject({ now: now + 500, frozen: true })
  clock.thaw()
  clock.advance(-500)
  expect(clock.now()).toBeLessThan(now + 10)
})
