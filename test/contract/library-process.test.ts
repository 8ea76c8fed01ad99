import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anOrg, type OrgAndClient } from '../support/an-org.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'
import { PLATFORMS, type Platform } from '../support/registrations.js'

/** The package by its own name, as the platform imports it. */
const CREATE = `import { createEnricher } from 'mh-sf'\n`
const coverage = z.object({ result: z.array(z.object({ url: z.string() })) })

/** Far less than what a login or a call may take, and far more than a busy machine needs to end a process. */
const SOON_MS = 8_000

/** A process of its own that runs a script of ES modules. */
function run(script: string, env: Record<string, string> = {}) {
  return execa('node', ['--input-type=module', '--eval', script], { env })
}

test('importing the library loads some small files of its own, and no package', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mh-sf-loaded-'))
  await run(CREATE, { NODE_V8_COVERAGE: directory })
  const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
  rmSync(directory, { recursive: true })
  const urls = texts.flatMap((text) => coverage.parse(JSON.parse(text)).result.map(({ url }) => url))
  const files = urls.filter((url) => /^file:.*\.js$/u.test(url)).map((url) => url.slice(url.indexOf('/dist/')))
  expect(files.sort()).toEqual([
    '/dist/errors.js',
    '/dist/library/index.js',
    '/dist/library/lazy-enricher.js',
    '/dist/library/waiting.js',
  ])
})

describe.each(engines())('a process that asked an org which does not answer, with $name,', (engine) => {
  const held = useDatabase(engine, 'library_process')
  let org: OrgAndClient
  let platform: Platform
  let uri: string
  beforeAll(async () => {
    org = await anOrg()
    uri = withDatabase(held.uri, held.name)
    platform = await PLATFORMS[0].connect(uri)
  })
  afterEach(() => {
    org.playground.disarm()
  })
  afterAll(async () => {
    await platform.close()
    await org.close()
  })

  const SCRIPTS = {
    'when it closes the enricher': `
      const enricher = createEnricher({ stateDirectory: process.env.STATE })
      await enricher.enrich('nobody@example.org', { timeoutMs: 20_000 })
      const answer = await enricher.enrich(process.env.WHO, { timeoutMs: 4_000 })
      await enricher.close()
      console.log(answer.status)`,
    'when it only closes its own connection': `
      import { MongoClient } from 'mongodb'
      const client = new MongoClient(process.env.MONGODB_URI)
      const enricher = createEnricher({ db: client.db(), stateDirectory: process.env.STATE })
      await enricher.enrich('nobody@example.org', { timeoutMs: 20_000 })
      const answer = await enricher.enrich(process.env.WHO, { timeoutMs: 4_000 })
      await client.close()
      console.log(answer.status)`,
  }

  test.each([
    ['the login', '/services/oauth2/token'],
    ['the lookup', '/services/data/*/composite'],
  ])('ends by itself after %s was given up', async (what, path) => {
    org.playground.arm({ path, times: 9, effect: { kind: 'stall' } })
    // Side by side: each of them waits for as long as the org has time.
    const ways = Object.entries(SCRIPTS).map(async ([when, script]) => {
      const who = await platform.register(`${what.slice(4)}.${when.length}@example.org`)
      const child = run(CREATE + script, {
        MONGODB_URI: uri,
        SF_LOGIN_URL: org.credentials.loginUrl,
        SF_CLIENT_ID: org.credentials.clientId,
        SF_USERNAME: org.credentials.username,
        SF_PRIVATE_KEY_PATH: join(org.directory, 'server.key'),
        STATE: join(org.directory, `${what} ${when}`),
        WHO: who.toHexString(),
      })
      let told = Infinity
      child.stdout.once('data', () => (told = performance.now()))
      expect([when, (await child).stdout]).toEqual([when, 'queued'])
      expect(performance.now() - told).toBeLessThan(SOON_MS)
    })
    await Promise.all(ways)
  })
})
