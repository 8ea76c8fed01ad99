import { afterAll, beforeAll, expect, test } from 'vitest'
import { Week } from '../week/week.js'

let week: Week
beforeAll(async () => {
  week = await Week.begin(100, 'mongohacks')
})
afterAll(() => week.close())

test('nights of sign-ups, an outage and a kill lose nobody, have nobody twice, and end in agreement', async () => {
  for await (const { line, differences } of week.fewNights()) expect(differences, line).toEqual([])
  expect(await week.end()).toEqual([])
  expect(week.signedUp).toBeGreaterThan(20)
})
