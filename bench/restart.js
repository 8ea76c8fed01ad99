import { fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startOrg } from '../dist/playground/org/org.js'

// How long a kept org takes to be there again. Usage: npm run bench:restart -- [--rows N].
const { values, positionals } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' } },
  allowPositionals: true,
})
const [kept] = positionals
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const consumer = {
  clientId: 'bench',
  username: 'bench@mongohacks.example',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
}

function* contacts(rows) {
  for (let at = 0; at < rows; at++) {
    const Email = `person.${at}@bench.example`
    yield { FirstName: 'Ada', LastName: `Person${at}`, Email, Title: 'Engineer', MailingCity: 'Lisbon' }
  }
}

/** In a process of its own, as a restart is. */
async function restart(journal) {
  const started = performance.now()
  const org = await startOrg({ consumer, journal })
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage()
  const cpu = (user + system) / 1e6
  process.send({ seconds, cpu, rows: org.store.count('Contact'), megabytes: process.resourceUsage().maxRSS / 1_024 })
  process.exit(0)
}

async function measure() {
  const journal = mkdtempSync(join(tmpdir(), 'mh-sf-restart-'))
  try {
    const org = await startOrg({ consumer, journal })
    org.load('Contact', contacts(Number(values.rows)))
    await org.keep()
    await org.close()
    const bytes = readdirSync(journal).reduce((sum, name) => sum + statSync(join(journal, name)).size, 0)
    for (let time = 0; time < 3; time++) {
      const [{ seconds, cpu, rows, megabytes }] = await once(fork(fileURLToPath(import.meta.url), [journal]), 'message')
      const told = `${rows} records from ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of processor)`
      console.log(`${told}, peak memory ${megabytes.toFixed(0)} MB, load ${loadavg()[0].toFixed(1)}`)
    }
  } finally {
    rmSync(journal, { recursive: true, force: true })
  }
}

await (kept === undefined ? measure() : restart(kept))
