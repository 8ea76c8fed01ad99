import { fork, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { clearInterval, setInterval } from 'node:timers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MongoClient } from 'mongodb'
import { startMongo } from '../dist/playground/mongo/server.js'
import { startOrg } from '../dist/playground/org/org.js'

// The last hour before a deadline: many people register in few minutes while every call of the org takes long. Usage:
// npm run bench:pressure -- [--people N] [--minutes N] [--delay MS] [--workers N]
//
// One process is the platform, others are workers. Half of the people wait for the library, half are looked up after the
// reply; one in ten besides registers without it, at the same time, for comparison. They come at random moments. Two
// thirds of them are in the org. Latencies are those of HTTP requests, as a browser on this machine sees them.
const number = (text) => ({ type: 'string', default: String(text) })
const { values } = parseArgs({
  options: { people: number(5_000), minutes: number(10), delay: number(800), workers: number(2) },
})
const [people, minutes, ms, workers] = [values.people, values.minutes, values.delay, values.workers].map(Number)

const directory = mkdtempSync(join(tmpdir(), 'mh-sf-pressure-'))
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const consumer = { clientId: 'pressure', username: 'pressure@mongohacks.example', publicKey, approved: true }
const org = await startOrg({ consumer })
const mongo = await startMongo()
writeFileSync(join(directory, 'server.key'), privateKey, { mode: 0o600 })
const environment = {
  PATH: process.env.PATH,
  HOME: directory,
  TMPDIR: directory,
  XDG_DATA_HOME: join(directory, 'data'),
  XDG_CACHE_HOME: join(directory, 'cache'),
  MONGODB_URI: new URL('/hackathon-platform', mongo.uri).href,
  SF_LOGIN_URL: org.url,
  SF_CLIENT_ID: consumer.clientId,
  SF_USERNAME: consumer.username,
  SF_PRIVATE_KEY_PATH: join(directory, 'server.key'),
}

const emailOf = (at) => `person${at}@example.org`
org.load(
  'Contact',
  Array.from({ length: people }, (_, at) => at)
    .filter((at) => at % 3 > 0)
    .map((at) => ({ LastName: `Person ${at}`, Email: emailOf(at) })),
)
const client = await MongoClient.connect(environment.MONGODB_URI)
const db = client.db()
await db.collection('participants').createIndex({ email: 1 }, { unique: true })
const queue = db.collection('salesforce_queue')

/** How often each person was enriched, as the database's change stream tells. */
const enrichments = new Map()
const changes = db.collection('participants').watch([{ $match: { operationType: 'update' } }])
changes.on('change', ({ documentKey, updateDescription }) => {
  const fields = Object.keys(updateDescription.updatedFields)
  if (!fields.some((field) => field.startsWith('salesforce'))) return
  const id = String(documentKey._id)
  enrichments.set(id, (enrichments.get(id) ?? 0) + 1)
})

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const platform = fork(path('pressure-platform.js'), { env: environment })
const [{ port }] = await new Promise((resolve) => platform.once('message', (...message) => resolve(message)))
const running = Array.from({ length: workers }, () =>
  spawn(process.execPath, [path('../bin/run.js'), 'worker', '--log', 'json'], { env: environment, stdio: 'ignore' }),
)

async function register(manner, email) {
  const began = performance.now()
  const reply = await fetch(`http://127.0.0.1:${port}/${manner}/${email}`)
  await reply.text()
  return performance.now() - began
}

// The workers have begun, too.
await delay(6_000)
org.requests.clear()
org.arm({ path: '/services/*', times: 1_000_000, effect: { kind: 'delay', ms } })

const took = { none: [], awaited: [], after: [] }
const arrivals = Array.from({ length: people }, (_, at) => ({
  manner: at % 2 ? 'after' : 'awaited',
  email: emailOf(at),
}))
const besides = Array.from({ length: Math.ceil(people / 10) }, (_, at) => ({
  manner: 'none',
  email: `besides${at}@example.org`,
}))
const coming = [...arrivals, ...besides]
  .map((each) => ({ ...each, at: Math.random() * minutes * 60_000 }))
  .sort((one, other) => one.at - other.at)

const depth = []
const began = performance.now()
const sampling = setInterval(
  async () => depth.push({ at: performance.now() - began, waiting: await queue.countDocuments() }),
  1_000,
)
const load = loadavg()[0]
await Promise.all(
  coming.map(async ({ manner, email, at }) => {
    await delay(at)
    took[manner].push(await register(manner, email))
  }),
)
const last = performance.now()
while ((await queue.countDocuments()) > 0) await delay(100)
const drained = performance.now() - last
clearInterval(sampling)

platform.send('end')
const [{ answers }] = await new Promise((resolve) => platform.once('message', (...message) => resolve(message)))
for (const worker of running) worker.kill('SIGTERM')
await Promise.all(running.map((worker) => new Promise((resolve) => worker.once('exit', resolve))))
// A login has a path of its own, and is no API call.
const calls = org.requests.statistics().filter(({ template }) => !template.startsWith('/services/'))
const made = calls.reduce((sum, each) => sum + each.calls, 0)
const registered = await db
  .collection('participants')
  .find({ email: /^person/u }, { projection: { salesforce: 1 } })
  .toArray()
await changes.close()

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
const row = (name, times) => {
  const sorted = times.toSorted((one, other) => one - other)
  const cells = [0.5, 0.95, 0.99, 1].map((share) => at(sorted, share).toFixed(0).padStart(7))
  console.log(`  ${name.padEnd(28)}${String(times.length).padStart(6)}${cells.join('')}`)
}
console.log(
  `${people} people in ${minutes} minutes, ${ms} ms a call, ${workers} workers; load ${load.toFixed(1)} to ${loadavg()[0].toFixed(1)}`,
)
console.log(`\nSign-up, ms${' '.repeat(19)}people    p50    p95    p99    max`)
row('without the library', took.none)
row('looked up after the reply', took.after)
row('waits for the lookup', took.awaited)
console.log(
  '\nAnswers    ',
  Object.entries(answers)
    .map(([what, count]) => `${count} ${what}`)
    .join(', '),
)
const minute = (number) =>
  Math.max(0, ...depth.filter(({ at: when }) => Math.floor(when / 60_000) === number).map(({ waiting }) => waiting))
const deepest = Array.from({ length: Math.ceil(minutes) }, (_, number) => minute(number))
console.log(
  `Queue       at most ${deepest.join(', ')} people in each minute; empty ${(drained / 1_000).toFixed(1)} s after the last sign-up`,
)
const enriched = registered.filter(({ salesforce }) => salesforce?.syncStatus !== undefined)
const twice = registered.filter(({ _id }) => (enrichments.get(String(_id)) ?? 0) > 1)
console.log(`People      ${enriched.length} enriched, ${twice.length} twice, ${people - enriched.length} lost`)
console.log(`API calls   ${made}: ${(made / people).toFixed(2)} a person`)
await client.close()
await mongo.close()
await org.close()
rmSync(directory, { recursive: true, force: true })
