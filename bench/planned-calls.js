import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { App } from '../dist/app/app.js'
import { policyOf } from '../dist/app/policy.js'
import { runCampaignSync } from '../dist/cli/run-campaign-sync.js'
import { systemClock } from '../dist/clock.js'
import { startStandIns } from '../dist/playground/stand-ins.js'

// A sync with some 20,000 changes, its stated and its spent calls, by Bulk jobs and by collections; and again, when nothing is
// owed. Usage: npm run bench:calls -- [--participants N]. Calls do not depend on the machine; seconds do.
const { values } = parseArgs({ options: { participants: { type: 'string', default: '38000' } } })

const directory = mkdtempSync(join(tmpdir(), 'mh-sf-bench-'))
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const keyPath = join(directory, 'server.key')
writeFileSync(keyPath, privateKey, { mode: 0o600 })
const consumer = { clientId: 'bench', username: 'bench@mongohacks.example', publicKey, approved: true }
// Waiting for a job is not what is measured.
const clock = { ...systemClock, sleep: (_, signal) => systemClock.sleep(0, signal) }

async function sync(standIns, via) {
  const environment = {
    MONGODB_URI: standIns.mongo.uri,
    SF_LOGIN_URL: standIns.org.url,
    SF_CLIENT_ID: consumer.clientId,
    SF_USERNAME: consumer.username,
    SF_PRIVATE_KEY_PATH: keyPath,
  }
  const settings = { environment, policy: policyOf({}, ''), origins: { environment: {}, file: '', given: {} } }
  const who = { command: 'bench', arguments: [], user: 'bench', host: 'here', pid: process.pid, version: '0' }
  const own = mkdtempSync(join(directory, 'user-'))
  const app = new App(settings, { data: own, cache: own }, clock, new AbortController().signal, who)
  const flags = {
    event: 'mongodb-spring-2026',
    'dry-run': false,
    correct: false,
    'create-leads': false,
    quiet: true,
    via,
  }
  const { result } = await runCampaignSync(app, 'sync', flags)
  await app[Symbol.asyncDispose]()
  const members = result.events[0]?.members ?? { inserted: 0, updated: 0, removed: 0 }
  const changes = members.inserted + members.updated + members.removed + (result.contacts?.report?.updated ?? 0)
  return { ...result, changes }
}

function line(cells) {
  console.log(cells.map((cell) => String(cell).padStart(13)).join(''))
}

try {
  line(['way', 'changes', 'planned', 'spent', 'within', 'seconds'])
  for (const via of ['auto', 'collections']) {
    const story = {
      participants: Number(values.participants),
      seed: 'bench',
      now: new Date(),
      database: 'bench',
      consumer,
    }
    const standIns = await startStandIns(story)
    for (const way of [via, `${via} again`]) {
      const { changes, planned, calls, milliseconds } = await sync(standIns, via)
      const isWithin = planned.calls <= calls && calls <= planned.atMost
      const range = `${planned.calls} to ${planned.atMost}`
      line([way, changes, range, calls, isWithin ? 'yes' : 'NO', (milliseconds / 1_000).toFixed(1)])
    }
    await standIns.close()
  }
  console.log(`\nload ${loadavg()[0].toFixed(1)}`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
