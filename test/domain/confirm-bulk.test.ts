import { expect, test } from 'vitest'
import { asksBeforeBulk } from '../../src/domain/confirm-bulk.js'

const ASKED = { kind: 'production', onTerminal: true, answered: false }

test('somebody at a terminal is asked before Bulk jobs write to a production org', () => {
  expect(asksBeforeBulk(ASKED)).toBe(true)
})

test.each([
  ['in cron', { onTerminal: false }],
  ['whoever has said yes', { answered: true }],
  ['about a sandbox', { kind: 'sandbox' }],
  ['about a scratch org', { kind: 'scratch' }],
  ['about the playground', { kind: 'local' }],
])('nobody is asked %s', (_, but) => {
  expect(asksBeforeBulk({ ...ASKED, ...but })).toBe(false)
})
