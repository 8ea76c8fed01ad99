import { loadavg } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { MongoClient, ObjectId } from 'mongodb'
import { App } from '../dist/app/app.js'
import { loadSettings } from '../dist/app/settings.js'
import { systemClock } from '../dist/clock.js'
import { Dashboard } from '../dist/dashboard/dashboard.js'
import { startMongo } from '../dist/playground/mongo/server.js'

// How soon the pages begin to come with many people and lines: npm run bench:dashboard -- [--people N] [--lines N] [--mongo-uri URI]
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '20000' },
    lines: { type: 'string', default: '200000' },
    'mongo-uri': { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const [people, lines] = [Number(values.people), Number(values.lines)]
const [AT_ONCE, EVENTS, RUNS, DAY] = [5_000, 40, 40, 86_400_000]
const STATUSES = ['synced', 'synced', 'synced', 'not_found', 'pending', 'error']

const eventIdOf = (at) => new ObjectId(`68${'0'.repeat(14)}${String(10_000_000 + at)}`)
const personIdOf = (at) => new ObjectId(`69${'0'.repeat(14)}${String(10_000_000 + at)}`)
const runIdOf = (at) =>
  `${new Date(Date.now() - (RUNS - at) * (DAY / 3)).toISOString().replaceAll(/[-:]|\.\d+/gu, '')}-${(0xa00000 + at).toString(16)}`

function person(at) {
  const syncStatus = STATUSES[at % STATUSES.length]
  return {
    _id: personIdOf(at),
    name: `Person Number${at}`,
    email: `person${at}@example.org`,
    registeredEvents: [{ eventId: eventIdOf(at % EVENTS), status: 'registered' }],
    salesforce: { syncStatus, contactId: `0035d0${String(at).padStart(9, '0')}`, lastSyncedAt: new Date() },
  }
}

function line(runId, at, number) {
  const refused = number % 5_000 === 0
  return {
    _id: `${runId}/${String(number).padStart(8, '0')}`,
    object: 'CampaignMember',
    action: 'insert',
    key: `701/${at}`,
    after: { CampaignId: '7015d0000000001AAA', ContactId: `0035d0${at}`, Status: 'Registered' },
    participantIds: [personIdOf(at % people).toHexString()],
    state: refused ? 'refused' : 'done',
    ...(refused ? { code: 'UNABLE_TO_LOCK_ROW' } : {}),
    at: new Date(),
  }
}

/** Documents of a collection, many at a time. */
async function fill(collection, total, make) {
  for (let first = 0; first < total; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, total - first) }, (_, at) => make(first + at))
    await collection.insertMany(some, { ordered: false })
  }
}

async function fillAll(db) {
  const perRun = Math.ceil(lines / RUNS)
  await db.collection('events').insertMany(
    Array.from({ length: EVENTS }, (_, at) => ({
      _id: eventIdOf(at),
      name: `Event ${at}`,
      status: 'concluded',
      startDate: new Date(),
    })),
  )
  await db.collection('participants').createIndexes([{ key: { email: 1 } }, { key: { 'registeredEvents.eventId': 1 } }])
  await fill(db.collection('participants'), people, person)
  await db.collection('salesforce_run_lines').createIndexes([{ key: { participantIds: 1 } }])
  await fill(db.collection('salesforce_run_lines'), lines, (at) =>
    line(runIdOf(Math.floor(at / perRun)), at, at % perRun),
  )
  await db.collection('salesforce_runs').insertMany(
    Array.from({ length: RUNS }, (_, at) => ({
      _id: runIdOf(at),
      command: 'campaign sync',
      arguments: [],
      user: 'u',
      host: 'h',
      pid: 1,
      version: '0',
      scopes: ['everybody'],
      state: at === RUNS - 1 ? 'failed rows' : 'done',
      startedAt: new Date(Date.now() - (RUNS - at) * (DAY / 3)),
      endedAt: new Date(Date.now() - (RUNS - at) * (DAY / 3) + 60_000),
      spent: 20,
      tally: [{ object: 'CampaignMember', action: 'insert', state: 'done', lines: perRun }],
    })),
  )
}

/** Milliseconds until the first byte, and until the last. */
async function timed(dashboard, path, cookie) {
  const began = performance.now()
  const response = await fetch(new URL(path, dashboard.url), { headers: { cookie } })
  const first = performance.now() - began
  const bytes = (await response.arrayBuffer()).byteLength
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
  return { first, all: performance.now() - began, bytes }
}

async function measure(uri) {
  const settings = await loadSettings({ MONGODB_URI: uri }, '/')
  const who = { command: 'dashboard', arguments: [], user: 'u', host: 'h', pid: 1, version: '0' }
  const open = () =>
    new App(settings, { data: '/nowhere', cache: '/nowhere' }, systemClock, new AbortController().signal, who)
  const app = open()
  const launcher = { program: '', also: [], environment: {}, directory: '.' }
  const dashboard = await Dashboard.start(app, open, {
    host: '127.0.0.1',
    port: 0,
    readOnly: true,
    playground: false,
    launcher,
  })
  const { origin } = new URL(dashboard.url)
  const form = {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: `code=${dashboard.code}`,
  }
  const cookie = (await fetch(new URL('/login', origin), form)).headers.getSetCookie()[0].split(';')[0]
  const [{ _id: run }] = await db.collection('salesforce_runs').find().sort({ _id: -1 }).limit(1).toArray()
  const paths = [
    '/',
    '/runs',
    `/runs/${run}`,
    `/runs/${run}?failed=yes`,
    `/runs/${run}?after=${run}%2F00030000`,
    '/parked',
  ]
  const ofPeople = [
    `/participants/${personIdOf(7).toHexString()}`,
    '/participants?q=person77%40',
    '/participants?q=number777',
    '/events',
  ]
  console.log('page'.padEnd(60), 'first time'.padStart(11), 'then'.padStart(8), 'kB'.padStart(6))
  for (const path of [...paths, ...ofPeople]) {
    const cold = await timed(dashboard, path, cookie)
    // Everybody is counted once, behind the first pages.
    while ((await (await fetch(new URL('/', origin), { headers: { cookie } })).text()).includes('Counting everybody'))
      await delay(200)
    const warm = []
    for (let round = 0; round < 7; round += 1) warm.push(await timed(dashboard, path, cookie))
    const median = warm.map(({ first }) => first).sort((a, b) => a - b)[3]
    const told = [
      `${cold.first.toFixed(0)} ms`.padStart(11),
      `${median.toFixed(0)} ms`.padStart(8),
      (cold.bytes / 1_024).toFixed(0).padStart(6),
    ]
    console.log(path.padEnd(60), ...told)
  }
  await dashboard[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
}

const engine = values['mongo-uri'] === undefined ? await startMongo() : undefined
const server = new URL(engine?.uri ?? values['mongo-uri'])
server.pathname = '/mh_sf_bench_dashboard'
const client = await MongoClient.connect(server.href)
const db = client.db()
if ((await db.collection('participants').estimatedDocumentCount()) !== people) {
  await db.dropDatabase()
  const began = performance.now()
  await fillAll(db)
  console.log(`${people} people and ${lines} lines written in ${((performance.now() - began) / 1_000).toFixed(0)} s`)
}
await measure(server.href)
console.log(`load ${loadavg()[0].toFixed(1)}`)
if (!values.keep) await db.dropDatabase()
await client.close()
await engine?.close()
