import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { startOrg } from '../dist/playground/org/org.js'

// Where collections and Bulk jobs cross for the members of one Campaign: calls, bytes, rows, seconds and the client's peak
// memory, both ways, read back and all. Usage: npm run bench:members -- [--runs N] [ROWS...]
//
// Twice: with the playground as it is, which takes rows in at once, so that only our own work, the calls and the waiting
// before the first question are seen; and modelled on an org, whose pace is assumed: 924 rows a second whichever way they
// come (pitfalls.md §12), a tenth of a second for each call of collections to get there and back, five seconds in the queue for a
// job ("seconds to minutes", bulk2.md §5). Medians. Times depend on the machine; calls, bytes and rows do not.
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' } },
  allowPositionals: true,
})
const sizes = positionals.length > 0 ? positionals.map(Number) : [200, 2_000, 10_000, 50_000]
const ROWS_PER_SECOND = 924
const [ROUND_TRIP_MS, QUEUE_MS] = [100, 5_000]
const [ROWS_PER_CALL, ROWS_PER_BATCH] = [200, 10_000]

const directory = mkdtempSync(join(tmpdir(), 'mh-sf-bench-'))
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const consumer = { clientId: 'bench', username: 'bench@mongohacks.example', publicKey, approved: true }
const org = await startOrg({ consumer, settings: { dailyApiRequests: 10_000_000 } })
const credentials = {
  flow: 'jwt',
  loginUrl: org.url,
  clientId: consumer.clientId,
  username: consumer.username,
  privateKeyPath: join(directory, 'server.key'),
}
writeFileSync(credentials.privateKeyPath, privateKey, { mode: 0o600 })
org.load(
  'Contact',
  Array.from({ length: Math.max(...sizes) }, (_, at) => ({ LastName: `Person ${at}` })),
)
const contacts = [...org.store.scan('Contact')].map(({ Id }) => Id)

function newCampaign() {
  const known = new Set([...org.store.scan('Campaign')].map(({ Id }) => Id))
  org.load('Campaign', [{ Name: 'Bench', IsActive: true }])
  const [CampaignId] = [...org.store.scan('Campaign')].map(({ Id }) => Id).filter((id) => !known.has(id))
  const statuses = ['Sent', 'Registered'].map((Label, at) => ({
    CampaignId,
    Label,
    SortOrder: at + 1,
    IsDefault: at === 0,
    HasResponded: false,
  }))
  org.load('CampaignMemberStatus', statuses)
  return CampaignId
}

/** The org's pace for so many rows; as it is without. */
function pace(rows, modelled) {
  org.disarm()
  const milliseconds = (some) => (modelled ? Math.round((1_000 * some) / ROWS_PER_SECOND) : 0)
  org.settings.bulkQueueMs = modelled ? QUEUE_MS : 0
  org.settings.bulkProcessingMs = milliseconds(Math.min(rows, ROWS_PER_BATCH))
  if (!modelled) return
  const ms = ROUND_TRIP_MS + milliseconds(Math.min(rows, ROWS_PER_CALL))
  const path = '/services/data/*/composite/sobjects'
  org.arm({ method: 'POST', path, times: 1_000_000, effect: { kind: 'delay', ms } })
}

async function push(rows, way) {
  const task = join(directory, 'task.json')
  const campaignId = newCampaign()
  writeFileSync(task, JSON.stringify({ credentials, directory, campaignId, contacts: contacts.slice(0, rows), way }))
  org.requests.clear()
  const child = fileURLToPath(new URL('member-push.js', import.meta.url))
  const { stdout } = await execa(process.execPath, [child, task])
  const bytes = org.requests.statistics().reduce((sum, each) => sum + each.bytesIn + each.bytesOut, 0)
  return { ...JSON.parse(stdout), bytes }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

async function measure(rows, way, runs) {
  const all = []
  for (let run = 0; run < runs; run++) all.push(await push(rows, way))
  const middle = (name) => median(all.map((each) => each[name]))
  return Object.fromEntries(['calls', 'bytes', 'rows', 'seconds', 'peak'].map((name) => [name, middle(name)]))
}

function line(cells) {
  console.log(cells.map((cell) => String(cell).padStart(12)).join(''))
}

async function table(title, modelled, runs) {
  console.log(`\n${title}`)
  line(['rows', 'way', 'calls', 'kB', 'written', 'seconds', 'peak MB', 'bulk takes'])
  for (const rows of sizes) {
    pace(rows, modelled)
    const found = { collections: await measure(rows, 'collections', runs), bulk: await measure(rows, 'bulk', runs) }
    for (const [way, { calls, bytes, rows: written, seconds, peak }] of Object.entries(found)) {
      const ratio = way === 'bulk' ? `${(seconds / found.collections.seconds).toFixed(2)} x` : ''
      line([rows, way, calls, Math.round(bytes / 1_000), written, seconds.toFixed(1), peak, ratio])
    }
  }
}

try {
  await table(`The playground as it is, median of ${values.runs}`, false, Number(values.runs))
  await table(
    `Modelled: ${ROWS_PER_SECOND} rows/s, ${ROUND_TRIP_MS} ms a call, ${QUEUE_MS / 1_000} s in the queue`,
    true,
    1,
  )
  console.log(`\nload ${loadavg()[0].toFixed(1)}`)
} finally {
  await org.close()
  rmSync(directory, { recursive: true, force: true })
}
