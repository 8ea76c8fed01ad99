import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Database } from '../dist/mongo/database.js'
import { Runs } from '../dist/mongo/runs.js'
import { startMongo } from '../dist/playground/mongo/server.js'

// Whether the ledger keeps pace with the rows that an org takes: npm run bench:ledger -- [--lines N] [--mongo-uri URI]
const { values, positionals } = parseArgs({
  options: { lines: { type: 'string', default: '200000' }, 'mongo-uri': { type: 'string' } },
  allowPositionals: true,
})
/** Rows a second that an org takes by a Bulk job, as reported (pitfalls.md §12). */
const ORG_PACE = 924
const AT_ONCE = 2_000

function line(at) {
  const id = String(at).padStart(12, '0')
  return {
    object: 'CampaignMember',
    action: 'insert',
    key: `7015d0000000001AAA/0035d0${id}`,
    after: { CampaignId: '7015d0000000001AAA', ContactId: `0035d0${id}`, Status: 'Registered' },
    participantIds: [`680000000000${id}`],
  }
}

/** A run of so many changes, in a process of its own: written down before, settled after, and counted. */
async function keepBooks(uri, lines) {
  const database = await Database.open({ uri })
  const runs = new Runs(database, 90)
  const id = 'bench'
  await runs.begin({ id, command: 'bench', arguments: [], user: 'u', host: 'h', pid: 1, version: '0' }, [], new Date())
  const started = performance.now()
  for (let first = 0; first < lines; first += AT_ONCE) {
    const drafts = Array.from({ length: Math.min(AT_ONCE, lines - first) }, (_, at) => line(first + at))
    const ids = await runs.intend(id, first, drafts, new Date())
    await runs.settle(
      ids.map((each, at) => ({ id: each, outcome: { state: 'done', recordId: `00v5d0${first + at}` } })),
    )
  }
  const seconds = (performance.now() - started) / 1_000
  const counted = performance.now()
  const counts = await runs.countLines(id)
  const counting = (performance.now() - counted) / 1_000
  await database.db.dropDatabase()
  await database.close()
  process.send({ seconds, counting, counts, megabytes: process.resourceUsage().maxRSS / 1_024 })
}

async function measure() {
  const lines = Number(values.lines)
  const engine = values['mongo-uri'] === undefined ? await startMongo() : undefined
  const server = new URL(engine?.uri ?? values['mongo-uri'])
  server.pathname = '/mh_sf_bench_ledger'
  const [told] = await once(fork(fileURLToPath(import.meta.url), [server.href, String(lines)]), 'message')
  const { seconds, counting, counts, megabytes } = told
  const pace = lines / seconds
  console.log(`${lines} lines written down and settled in ${seconds.toFixed(1)} s: ${pace.toFixed(0)} a second`)
  console.log(`${(pace / ORG_PACE).toFixed(1)} times the ${ORG_PACE} rows a second that an org takes`)
  console.log(`${counts[0]?.lines ?? 0} counted in ${counting.toFixed(1)} s`)
  console.log(`peak memory ${megabytes.toFixed(0)} MB, load ${loadavg()[0].toFixed(1)}`)
  await engine?.close()
}

const [uri, lines] = positionals
await (uri === undefined ? measure() : keepBooks(uri, Number(lines)))
