import { fork } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, URLSearchParams } from 'node:url'
import { parseArgs } from 'node:util'
import { MongoClient } from 'mongodb'

// Kills both stand-ins with SIGKILL in the middle of writes, again and again, and looks after each restart for what was
// acknowledged, and for halves of what belongs together. Usage: npm run crash:playground -- [--kills N] [--seed N].
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
})
const { fetch } = globalThis
const dir = mkdtempSync(join(tmpdir(), 'mh-sf-crash-'))
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const target = fileURLToPath(new URL('crash-target.js', import.meta.url))
let state = Number(values.seed)
const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647

async function start() {
  const child = fork(target, [dir, keys.publicKey.export({ type: 'spki', format: 'pem' })])
  const [urls] = await once(child, 'message')
  return { child, ...urls }
}

async function logIn(url) {
  const claims = { iss: 'crash', sub: 'crash@mongohacks.example', aud: url, exp: Math.floor(Date.now() / 1000) + 120 }
  const parts = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const signature = createSign('RSA-SHA256').update(parts.join('.')).sign(keys.privateKey).toString('base64url')
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

async function inOrg({ org }, token) {
  let page = await call(org, token, 'GET', `/query?q=${encodeURIComponent('SELECT LastName FROM Contact')}`)
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

const clientOf = ({ mongo }) => MongoClient.connect(mongo, { serverSelectionTimeoutMS: 2_000 })
const [inSalesforce, inDatabase] = [new Set(), new Set()]
try {
  let running = await start()
  const token = await logIn(running.org)
  await (await clientOf(running)).db('crash').createCollection('pairs')
  for (let kill = 1; kill <= Number(values.kills); kill++) {
    const client = await clientOf(running)
    const writers = [1, 2, 3].flatMap((n) => [
      writeOrg(running.org, token, `${kill}.${n}`, inSalesforce),
      writeMongo(client, `${kill}.${n}`, inDatabase),
    ])
    const over = Promise.allSettled(writers)
    await pause(50 + random() * 400)
    running.child.kill('SIGKILL')
    await once(running.child, 'exit')
    await client.close(true)
    await over
    running = await start()
    check('org', await inOrg(running, token), inSalesforce)
    const again = await clientOf(running)
    const documents = await again.db('crash').collection('pairs').find().toArray()
    await again.close()
    check(
      'mongo',
      documents.map(({ name }) => name),
      inDatabase,
    )
  }
  running.child.kill('SIGKILL')
  console.log(
    `${values.kills} kills: ${inSalesforce.size} pairs in the org and ${inDatabase.size} in the database were acknowledged; none is lost, none is half there`,
  )
  process.exit(0)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
