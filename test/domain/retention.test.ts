import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_RETENTION, KEPT_THINGS, keptUntil } from '../../src/domain/retention.js'

const SETTINGS = { ...DEFAULT_RETENTION, keepDays: 1 }

test('what is kept, and how long, is told of every collection that the code names', () => {
  const room = join(import.meta.dirname, '../../src/mongo')
  const code = readdirSync(room).map((file) => readFileSync(join(room, file), 'utf8'))
  const named = code.flatMap((text) => [...text.matchAll(/\$\{OURS\}(?<name>\w+)/gu)].map(({ groups }) => groups?.name))
  const told = KEPT_THINGS.map(({ where }) => where.replace('salesforce_', ''))
  // The probe of doctor is removed at once.
  expect([...new Set(named)].filter((name) => name !== 'doctor').sort()).toEqual(told.sort())
})

test.each([
  ['salesforce_run_lines', '1 day'],
  ['salesforce_lookup_cache', '15 minutes'],
  ['salesforce_queue', '90 days after they were given up on'],
  ['salesforce_alerts', '90 days'],
  ['salesforce_optouts', 'until they opt in'],
  ['salesforce_keys', 'it stays'],
])('%s is kept: %s', (name, until) => {
  expect(KEPT_THINGS.filter(({ where }) => where === name).map((each) => keptUntil(each, SETTINGS))).toEqual([until])
})

test('whatever holds values of people ends by itself or with its person', () => {
  for (const { where, ofPeople, ends, onErasure } of KEPT_THINGS) {
    if (ofPeople === 'values' || ofPeople === 'ids') expect([where, onErasure]).not.toEqual([where, 'stays'])
    if (ofPeople === 'values' && 'when' in ends) expect([where, onErasure]).toEqual([where, 'removed'])
  }
})

test('what holds anything of people is in the copy that a person asks for, and the rest says why not', () => {
  for (const { where, ofPeople, notInCopy } of KEPT_THINGS)
    expect([where, ofPeople === 'nothing']).toEqual([where, notInCopy !== undefined])
})

test('the page on privacy has the same table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/privacy.md'), 'utf8')
  const defaults = { ...DEFAULT_RETENTION, keepDays: 90 }
  for (const thing of KEPT_THINGS) {
    const { where, what, ofPeople, ends, onErasure } = thing
    const by = 'by' in ends ? ` (\`${ends.by}\`)` : ''
    expect(page).toContain(
      `| \`${where}\` | ${what} | ${ofPeople} | ${keptUntil(thing, defaults)}${by} | ${onErasure} |\n`,
    )
  }
})
