import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../src/clock.js'
import { startOrg, type Org as PlaygroundOrg, type OrgOptions } from '../../src/playground/org/org.js'
import type { Credentials } from '../../src/salesforce/credentials.js'
import { Org } from '../../src/salesforce/org.js'

/** The stand-in org and our client of it, in one process: for contracts below the command line. */
export interface OrgAndClient {
  playground: PlaygroundOrg
  org: Org
  credentials: Credentials & { flow: 'jwt' }
  directory: string
  close: () => Promise<void>
}

/** Sleeps are over at once, so that back-off costs a test nothing; what was slept is kept. */
export function impatientClock(): Clock & { slept: number[] } {
  const slept: number[] = []
  return {
    ...systemClock,
    slept,
    sleep: async (milliseconds, signal) => {
      slept.push(milliseconds)
      await systemClock.sleep(0, signal)
    },
  }
}

/** An empty org with a user who may log in, and a client with a home of its own. */
export async function anOrg(options: Partial<OrgOptions> = {}, clock: Clock = impatientClock()): Promise<OrgAndClient> {
  const directory = mkdtempSync(join(tmpdir(), 'mh-sf-org-'))
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const consumer = { clientId: 'contract', username: 'contract@mongohacks.example', publicKey, approved: true }
  const playground = await startOrg({ consumer, ...options })
  const privateKeyPath = join(directory, 'server.key')
  writeFileSync(privateKeyPath, privateKey, { mode: 0o600 })
  const { clientId, username } = consumer
  const credentials: OrgAndClient['credentials'] = {
    flow: 'jwt',
    loginUrl: playground.url,
    clientId,
    username,
    privateKeyPath,
  }
  const org = new Org(credentials, join(directory, 'sessions'), clock)
  const close = async () => {
    await playground.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return { playground, org, credentials, directory, close }
}
