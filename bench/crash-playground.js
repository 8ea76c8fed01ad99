import { spawn } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { createSign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, URLSearchParams } from 'node:url'
import { parseArgs } from 'node:util'
import { MongoClient } from 'mongodb'

// Kills `mh-sf playground start --data` with SIGKILL in the middle of writes over both wires, again and again, and looks after each restart for what was
// acknowledged, and for halves of what belongs together. Usage: npm run crash:playground -- [--kills N] [--seed N].
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
})
const { fetch } = globalThis
/** Several chunks that are written down one by one. */
const JOB_ROWS = 3_000
const dir = mkdtempSync(join(tmpdir(), 'mh-sf-crash-'))
const binary = fileURLToPath(new URL('../bin/run.js', import.meta.url))
let state = Number(values.seed)
const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647

/** Starts the playground; where both stand-ins are, and whether they are those of before. */
async function start() {
  const args = ['playground', 'start', '--data', join(dir, 'kept'), '--participants', '100', '--json', '--quiet']
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    XDG_DATA_HOME: join(dir, 'data'),
    XDG_CACHE_HOME: join(dir, 'cache'),
  }
  const child = spawn(process.execPath, [binary, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const piece of child.stdout) {
    text += piece
    if (text.endsWith('}\n')) break
  }
  const { environment, data } = JSON.parse(text)
  return {
    child,
    environment,
    isRestored: data.restored,
    org: environment.SF_LOGIN_URL,
    mongo: environment.MONGODB_URI,
  }
}

async function end({ child }) {
  const ended = once(child, 'exit')
  if (child.kill('SIGKILL')) await ended
}

async function logIn({ SF_LOGIN_URL: url, SF_CLIENT_ID, SF_USERNAME, SF_PRIVATE_KEY_PATH }) {
  const claims = { iss: SF_CLIENT_ID, sub: SF_USERNAME, aud: url, exp: Math.floor(Date.now() / 1000) + 120 }
  const parts = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const key = readFileSync(SF_PRIVATE_KEY_PATH)
  const signature = createSign('RSA-SHA256').update(parts.join('.')).sign(key).toString('base64url')
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const body = new URLSearchParams({ grant_type, assertion: [...parts, signature].join('.') })
  return (await (await fetch(`${url}/services/oauth2/token`, { method: 'POST', body })).json()).access_token
}

async function call(url, token, method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/services/data/v66.0${path}`, { method, headers, body: JSON.stringify(body) })
  if (answer.status >= 300) throw new Error(`${answer.status}: ${await answer.text()}`)
  return answer.json()
}

/** Pairs of contacts, all or none, one after the other, until the org is gone. */
async function writeOrg(url, token, writer, acknowledged) {
  for (let n = 0; ; n++) {
    const records = ['a', 'b'].map((half) => ({
      attributes: { type: 'Contact' },
      LastName: `${writer}-${n}`,
      Title: half,
    }))
    await call(url, token, 'POST', '/composite/sobjects', { allOrNone: true, records })
    acknowledged.add(`${writer}-${n}`)
  }
}

/** A call below a job, with CSV in or out. */
async function csvCall(url, token, method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' }
  const answer = await fetch(`${url}/services/data/v66.0/jobs/ingest/${path}`, { method, headers, body })
  if (answer.status >= 300) throw new Error(`${answer.status}: ${await answer.text()}`)
  return answer.text()
}

/** Bulk jobs, one after the other, until the org is gone; of each how far it was acknowledged. */
async function writeJobs(url, token, writer, jobs) {
  for (let n = 0; ; n++) {
    const { id } = await call(url, token, 'POST', '/jobs/ingest', { object: 'Contact', operation: 'insert' })
    const job = { id, names: Array.from({ length: JOB_ROWS }, (_, row) => `bulk ${writer}-${n}.${row}`), step: 'made' }
    jobs.push(job)
    await csvCall(url, token, 'PUT', `${id}/batches`, `LastName\n${job.names.join('\n')}\n`)
    job.step = 'uploaded'
    await call(url, token, 'PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })
    job.step = 'closed'
    await ended(url, token, id)
    job.step = 'complete'
  }
}

async function ended(url, token, id) {
  for (;;) {
    const { state } = await call(url, token, 'GET', `/jobs/ingest/${id}`)
    if (state === 'JobComplete') return
    if (state !== 'UploadComplete' && state !== 'InProgress') throw new Error(`job ${id} is ${state}`)
    await pause(5)
  }
}

/** Goes on with a job from where it was acknowledged, as a client would, and looks for each of its rows. */
async function checkJob({ org }, token, { id, names, step }) {
  const { state } = await call(org, token, 'GET', `/jobs/ingest/${id}`)
  if ((step === 'closed' && state === 'Open') || (step === 'complete' && state !== 'JobComplete'))
    throw new Error(`job ${id} was ${step} and is ${state}`)
  if (step === 'made') return
  if (state === 'Open') await call(org, token, 'PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })
  await ended(org, token, id)
  const lines = (await csvCall(org, token, 'GET', `${id}/successfulResults`)).trim().split('\n').slice(1)
  const told = lines.map((line) => line.split('","').at(-1).slice(0, -1))
  const prefix = names[0].slice(0, names[0].indexOf('.', names[0].indexOf('-')) + 1)
  for (const [where, found] of [
    ['results', told],
    ['records', await inOrg({ org }, token, `LastName LIKE '${prefix}%'`)],
  ]) {
    const missing = names.filter((name) => !found.includes(name)).length
    if (missing > 0 || found.length !== names.length)
      throw new Error(`job ${id} (${step}): ${found.length} ${where} of ${names.length} rows, ${missing} missing`)
  }
}

/** Pairs of documents in a transaction, one after the other, until the database is gone. */
async function writeMongo(client, writer, acknowledged) {
  const pairs = client.db('crash').collection('pairs')
  for (let n = 0; ; n++) {
    await client.withSession((session) =>
      session.withTransaction(() =>
        pairs.insertMany(
          ['a', 'b'].map((half) => ({ name: `${writer}-${n}`, half })),
          { session },
        ),
      ),
    )
    acknowledged.add(`${writer}-${n}`)
  }
}

async function inOrg({ org }, token, where) {
  const soql = `SELECT LastName FROM Contact WHERE ${where}`
  let page = await call(org, token, 'GET', `/query?q=${encodeURIComponent(soql)}`)
  const names = page.records.map((record) => record.LastName)
  while (!page.done) {
    page = await call(org, token, 'GET', page.nextRecordsUrl.replace('/services/data/v66.0', ''))
    names.push(...page.records.map((record) => record.LastName))
  }
  return names
}

function check(what, names, acknowledged) {
  const counts = new Map()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const lost = [...acknowledged].filter((name) => counts.get(name) === undefined)
  const halves = [...counts].filter(([, count]) => count !== 2)
  if (lost.length + halves.length > 0)
    throw new Error(`${what}: lost ${lost}; not twice ${halves.map(([name]) => name)}`)
}

/** Until so many more pairs were acknowledged on each side, and then some milliseconds, in which others are under way. */
async function someWrites() {
  const [inOrg, inMongo] = [inSalesforce, inDatabase].map(({ size }) => size + 1 + random() * 20)
  while (inSalesforce.size < inOrg || inDatabase.size < inMongo) await pause(1)
  await pause(random() * 200)
}

const clientOf = ({ mongo }) => MongoClient.connect(mongo, { serverSelectionTimeoutMS: 2_000 })
const [inSalesforce, inDatabase] = [new Set(), new Set()]
/** How many Bulk jobs were acknowledged to which step, and those of the last kill. */
const steps = { made: 0, uploaded: 0, closed: 0, complete: 0 }
let jobs = []
let running = await start()
try {
  const { environment } = running
  const token = await logIn(environment)
  await (await clientOf(running)).db('crash').createCollection('pairs')
  for (let kill = 1; kill <= Number(values.kills); kill++) {
    const client = await clientOf(running)
    const earlier = jobs.findLast(({ step }) => step === 'complete')
    jobs = []
    const writers = [1, 2, 3].flatMap((n) => [
      writeOrg(running.org, token, `${kill}.${n}`, inSalesforce),
      writeMongo(client, `${kill}.${n}`, inDatabase),
    ])
    const over = Promise.allSettled([...writers, writeJobs(running.org, token, `${kill}`, jobs)])
    await someWrites()
    await end(running)
    await client.close(true)
    await over
    running = await start()
    if (!running.isRestored) throw new Error('it is a new playground')
    if (JSON.stringify(running.environment) !== JSON.stringify(environment)) throw new Error('it is elsewhere')
    if (!(await logIn(running.environment))) throw new Error('nobody can log in')
    check('org', await inOrg(running, token, "Title IN ('a', 'b')"), inSalesforce)
    for (const job of [...jobs, ...(earlier ? [earlier] : [])]) await checkJob(running, token, job)
    for (const { step } of jobs) steps[step]++
    const again = await clientOf(running)
    const documents = await again.db('crash').collection('pairs').find().toArray()
    await again.close()
    check(
      'mongo',
      documents.map(({ name }) => name),
      inDatabase,
    )
  }
  console.log(
    `${values.kills} kills: ${inSalesforce.size} pairs in the org and ${inDatabase.size} in the database were acknowledged; none is lost, none is half there.\n` +
      `Bulk jobs of ${JOB_ROWS} rows when it was killed: ${JSON.stringify(steps)}; each went on, every row is there once.`,
  )
} finally {
  await end(running)
  rmSync(dir, { recursive: true, force: true })
}
process.exit(0)
