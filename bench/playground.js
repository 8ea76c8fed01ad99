import { Buffer } from 'node:buffer'
import { fork } from 'node:child_process'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { loadavg } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, URLSearchParams } from 'node:url'
import { parseArgs } from 'node:util'
import { createGunzip } from 'node:zlib'
import { ORG_PROCESS_FLAGS } from '../dist/playground/start-daemon.js'

// How fast the stand-in org is: seeding, lookups by address, Bulk export, Bulk ingest; over a real socket, the org in a
// process of its own, the client in this one. Usage: npm run bench:playground -- [--rows N] [--ingested N] [--cpu-prof]. A
// quarter of the rows is ingested unless it is said how many; `process` is from the close of a job to JobComplete. Times
// depend on the machine and on what else it does (the load is shown; processor seconds depend on it less); rows and bytes
// do not.
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    ingested: { type: 'string' },
    'cpu-prof': { type: 'boolean', default: false },
  },
})
const ROWS = Number(options.rows)
const INGESTED = Math.min(ROWS, Number(options.ingested ?? Math.ceil(ROWS / 4)))
/** Addresses of one /composite call: five queries of 2,000 (rest.md §8). */
const [STATEMENTS, ADDRESSES] = [5, 2_000]
/** Rows of one upload, well below its 100 MB. */
const UPLOAD_ROWS = 250_000
const EXPORTED =
  'Id, Email, FirstName, LastName, Title, AccountId, OwnerId, MailingCity, LastModifiedDate, SystemModstamp'
const CLIENT_ID = 'bench'
const USERNAME = 'bench@mongohacks.example'
const VERSION = '/services/data/v66.0'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const agent = new Agent({ keepAlive: true })

/** An org in another process. */
async function startOrg() {
  const script = fileURLToPath(new URL('playground-org.js', import.meta.url))
  const execArgv = [...ORG_PROCESS_FLAGS, ...(options['cpu-prof'] ? ['--cpu-prof'] : [])]
  const child = fork(script, { execArgv })
  const waiting = new Map()
  let last = 0
  child.on('message', ({ id, error, ...answer }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) resolve(answer)
    else reject(new Error(error))
  })
  const ask = (action, rest = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, { resolve, reject })
      child.send({ id, action, ...rest })
    })
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' })
  const { url } = await ask('start', { publicKey, clientId: CLIENT_ID, username: USERNAME })
  const stop = async () => {
    child.disconnect()
    await once(child, 'exit')
  }
  return { url, ask, stop }
}

/** Sends one request; the response once its head is there. */
function send(url, method, path, body, headers) {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method, agent, headers }, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
}

async function textOf(response) {
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  if (response.statusCode >= 300) throw new Error(`${response.statusCode}: ${text.slice(0, 500)}`)
  return text
}

/** A client that is logged in. */
async function logIn(url) {
  const claims = { iss: CLIENT_ID, sub: USERNAME, aud: url, exp: Math.floor(Date.now() / 1000) + 120 }
  const signed = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const signature = createSign('RSA-SHA256').update(signed.join('.')).sign(keys.privateKey).toString('base64url')
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const form = new URLSearchParams({ grant_type, assertion: [...signed, signature].join('.') }).toString()
  const { access_token: token } = JSON.parse(await textOf(await send(url, 'POST', '/services/oauth2/token', form, {})))
  const headers = { Authorization: `Bearer ${token}` }
  const stream = (method, path, body, more = {}) => send(url, method, VERSION + path, body, { ...headers, ...more })
  const json = async (method, path, body) => {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const text = await textOf(await stream(method, path, sent, { 'Content-Type': 'application/json' }))
    return text === '' ? undefined : JSON.parse(text)
  }
  return { stream, json }
}

/** Lines and bytes of a stream. */
async function measured(stream) {
  const seen = { lines: 0, bytes: 0 }
  for await (const chunk of stream) {
    seen.bytes += chunk.length
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) seen.lines++
  }
  return seen
}

async function timed(work) {
  const started = performance.now()
  const result = await work()
  return { ms: performance.now() - started, ...result }
}

/** Ten calls of addresses that are there, in an order that is not the one in which they were loaded. */
async function lookups(client) {
  const calls = 10
  let [at, found, asked] = [1, 0, 0]
  const next = () => `'person.${(at = (at * 7_919 + 1) % ROWS)}@bench.example'`
  for (let call = 0; call < calls; call++) {
    const compositeRequest = Array.from({ length: STATEMENTS }, (_, statement) => {
      const list = Array.from({ length: ADDRESSES }, next)
      asked += new Set(list).size
      const soql = `SELECT Id, Email, FirstName, LastName FROM Contact WHERE Email IN (${list.join()}) LIMIT 2000`
      return { method: 'GET', url: `${VERSION}/query?q=${encodeURIComponent(soql)}`, referenceId: `q${statement}` }
    })
    const { compositeResponse } = await client.json('POST', '/composite', { compositeRequest })
    for (const { body } of compositeResponse) found += body.records.length
  }
  if (found !== asked) throw new Error(`${asked} addresses asked for, ${found} found`)
  return { rows: found }
}

async function completed(client, kind, id) {
  for (;;) {
    const job = await client.json('GET', `/jobs/${kind}/${id}`)
    if (job.state === 'JobComplete') return job
    if (job.state === 'Failed' || job.state === 'Aborted') throw new Error(JSON.stringify(job))
    await pause(20)
  }
}

async function exportRows(client, gzip) {
  const { id } = await client.json('POST', '/jobs/query', {
    operation: 'query',
    query: `SELECT ${EXPORTED} FROM Contact`,
  })
  await completed(client, 'query', id)
  let [rows, bytes, locator] = [0, 0, '']
  while (locator !== 'null') {
    const path = `/jobs/query/${id}/results${locator === '' ? '' : `?locator=${locator}`}`
    const reply = await client.stream('GET', path, undefined, gzip ? { 'Accept-Encoding': 'gzip' } : {})
    const page = await measured(gzip ? reply.pipe(createGunzip()) : reply)
    rows += page.lines - 1
    bytes += page.bytes
    locator = reply.headers['sforce-locator']
  }
  return { rows, bytes }
}

const ingests = {
  insert: {
    header: 'FirstName,LastName,Email,Title,MailingCity,MailingCountry,Key__c',
    line: (at) => `New,Person${at},new.${at}@bench.example,Engineer,"Lisbon, PT",Portugal,new-${at}`,
  },
  update: {
    header: 'Id,Title,MailingCity',
    line: (at, ids) => `${ids[at]},Lead Engineer,Porto`,
  },
  upsert: {
    header: 'Key__c,LastName,Title,Email',
    line: (at) =>
      `${at % 2 === 0 ? `seed-${at}` : `upsert-${at}`},Upserted${at},Architect,upserted.${at}@bench.example`,
  },
}

/** Creates, uploads, closes, waits, and reads the results, as a careful client does; what each of the three took. */
async function ingest(org, client, operation, uploads) {
  const took = Object.fromEntries(['upload', 'process', 'results'].map((phase) => [phase, { ms: 0, cpu: 0 }]))
  const during = async (phase, work) => {
    const before = await org.ask('usage')
    const { ms, value } = await timed(async () => ({ value: await work() }))
    took[phase].ms += ms
    took[phase].cpu += (await org.ask('usage')).cpuSeconds - before.cpuSeconds
    return value
  }
  let [rows, bytes] = [0, 0]
  for (const upload of uploads) {
    const externalIdFieldName = operation === 'upsert' ? 'Key__c' : undefined
    const { id } = await client.json('POST', '/jobs/ingest', { object: 'Contact', operation, externalIdFieldName })
    await during('upload', async () =>
      textOf(await client.stream('PUT', `/jobs/ingest/${id}/batches`, upload, { 'Content-Type': 'text/csv' })),
    )
    const job = await during('process', async () => {
      await client.json('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })
      return completed(client, 'ingest', id)
    })
    if (job.numberRecordsFailed > 0) throw new Error(`${operation}: ${job.numberRecordsFailed} rows failed`)
    const results = await during('results', async () =>
      measured(await client.stream('GET', `/jobs/ingest/${id}/successfulResults`)),
    )
    if (results.lines - 1 !== job.numberRecordsProcessed) throw new Error(`${operation}: results and job differ`)
    rows += job.numberRecordsProcessed
    bytes += upload.length
    await client.json('DELETE', `/jobs/ingest/${id}`)
  }
  return { rows, bytes, took }
}

function uploadsOf({ header, line }, rows, ids) {
  const uploads = []
  for (let from = 0; from < rows; from += UPLOAD_ROWS) {
    let text = `${header}\n`
    for (let at = from; at < Math.min(from + UPLOAD_ROWS, rows); at++) text += `${line(at, ids)}\n`
    uploads.push(Buffer.from(text))
  }
  return uploads
}

async function idsOf(client, rows) {
  const query = `SELECT Id FROM Contact WHERE Key__c LIKE 'seed-%' LIMIT ${rows}`
  const { id } = await client.json('POST', '/jobs/query', { operation: 'query', query })
  await completed(client, 'query', id)
  const text = await textOf(await client.stream('GET', `/jobs/query/${id}/results?maxRecords=${rows}`))
  await client.json('DELETE', `/jobs/query/${id}`)
  return text
    .split('\n')
    .slice(1, -1)
    .map((cell) => cell.slice(1, -1))
}

const columns = ['what', 'rows', 'seconds', 'rows/s', 'org cpu s', 'rows/cpu s', 'MB', 'org peak MB', 'load']
const widths = [22, 10, 9, 10, 11, 12, 8, 13, 6]

function show(cells) {
  console.log(
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at]) : String(cell).padStart(widths[at]))).join(' '),
  )
}

async function report(org, what, work) {
  const before = await org.ask('usage')
  const { rows, ms, bytes, took = {} } = await timed(work)
  const { cpuSeconds, peakMegabytes } = await org.ask('usage')
  const size = bytes === undefined ? '' : (bytes / 1e6).toFixed(1)
  const used = cpuSeconds - before.cpuSeconds
  show([what, rows, ...speed(rows, ms, used), size, peakMegabytes, loadavg()[0].toFixed(1)])
  for (const [phase, spent] of Object.entries(took)) show([`  ${phase}`, rows, ...speed(rows, spent.ms, spent.cpu)])
}

function speed(rows, ms, cpu) {
  return [(ms / 1_000).toFixed(2), Math.round((rows / ms) * 1_000), cpu.toFixed(2), Math.round(rows / cpu)]
}

async function withOrg(work) {
  const org = await startOrg()
  try {
    await work(org)
  } finally {
    await org.stop()
  }
}

show(columns)
await withOrg(async (org) => {
  await report(org, 'seed, story contacts', () => org.ask('seed', { rows: ROWS, kind: 'story' }))
})
await withOrg(async (org) => {
  await report(org, 'seed, org.load', () => org.ask('seed', { rows: ROWS, kind: 'plain' }))
  const client = await logIn(org.url)
  await report(org, 'lookups, /composite', () => lookups(client))
  await report(org, 'export', () => exportRows(client, false))
  await report(org, 'export, gzip', () => exportRows(client, true))
  const rows = INGESTED
  const ids = await idsOf(client, rows)
  for (const [operation, shape] of Object.entries(ingests)) {
    const uploads = uploadsOf(shape, rows, ids)
    await report(org, `ingest, ${operation}`, () => ingest(org, client, operation, uploads))
  }
})
agent.destroy()
