import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommand } from '../../src/playground/run-command.js'
import { startStandIns } from '../../src/playground/stand-ins.js'
import { freePort } from '../support/free-port.js'

const { publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const consumer = { clientId: 'client', username: 'someone@mongohacks.example', publicKey }
const story = { participants: 1_000, seed: 'mongohacks', now: new Date('2026-11-02T09:00:00Z'), database: 'platform' }

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stand-ins-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

/** Asks both sides again and again while they start; how many people each answer that came knew of. */
async function watchedStart() {
  const [orgPort, mongoPort] = [await freePort(), await freePort()]
  const asked: Promise<string | undefined>[] = []
  const ask = () => {
    const people = runCommand(mongoPort, { count: 'participants', $db: 'platform' }).then(
      ({ n }) => `${String(n)} people`,
    )
    const contacts = fetch(`http://127.0.0.1:${orgPort}/playground/dump/Contact`)
      .then((reply) => reply.text())
      .then((lines) => `${lines.split('\n').length} contacts`)
    asked.push(...[people, contacts].map((answer) => answer.catch(() => undefined)))
  }
  const asking = setInterval(ask, 2)
  const journals = { org: join(dir, 'org'), mongo: join(dir, 'mongo') }
  const standIns = await startStandIns({ ...story, consumer, journals, orgPort, mongoPort, onProgress: ask })
  clearInterval(asking)
  ask()
  const answers = await Promise.all(asked)
  await standIns.close()
  const told = answers.filter((answer) => answer !== undefined)
  return { told: new Set(told), refused: answers.length - told.length }
}

test('no client is let in before all is there, at the first start and when it is read from the disk', async () => {
  const first = await watchedStart()
  expect(first.refused).toBeGreaterThan(10)
  expect(first.told).toEqual(new Set(['1000 people', expect.stringMatching(/^\d{3,4} contacts$/)]))
  expect((await watchedStart()).told).toEqual(first.told)
})
