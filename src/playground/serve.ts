import { generateKeyPair, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Hold, takeHold } from './hold.js'
import { servePing } from './ping.js'
import { PlaygroundError } from './playground-error.js'
import { lastPorts, type Ports, rememberPorts } from './ports.js'
import { type Progress, startStandIns, type StandIns } from './stand-ins.js'
import {
  type PlaygroundState,
  privateDirectory,
  publishState,
  readState,
  removeState,
  writePrivately,
} from './state.js'

export const DATABASE = 'hackathon-platform'
const CLIENT_ID = 'mh-sf-playground'
const USERNAME = 'integration@mongohacks.example'
/** The app of the org: `mh-sf` logs in with an assertion; the rest is for other clients and their flows. */
const APP = {
  clientId: CLIENT_ID,
  // No secret: it opens nothing but a playground on loopback.
  clientSecret: 'mh-sf-playground-secret',
  label: 'mh-sf playground',
  // The Salesforce CLI's (auth.md §4), and one for people's own.
  callbackUrls: ['http://localhost:1717/OauthRedirect', 'http://localhost:8080/callback'],
  username: USERNAME,
  runAs: USERNAME,
  approved: true,
}

export interface ServeOptions {
  /** Made if missing; only one playground lives in a directory. */
  dir: string
  participants: number
  seed: string
  /** No database. */
  orgOnly?: boolean
  /** @default the last one of this directory, or any free port */
  orgPort?: number
  /** @default the last one of this directory, or any free port */
  mongoPort?: number
  onProgress?: (progress: Progress) => void
  /** Gives up loading, with the signal's reason. */
  signal?: AbortSignal
}

export interface Serving {
  state: PlaygroundState
  /** Takes the state file away and lets go of the directory, as the end of this process does too; then closes all. */
  stop(): Promise<void>
}

/**
 * Runs a playground in this process: both stand-ins on loopback, loaded with the story, and `playground.json` telling
 * how to reach them. Throws a PlaygroundError 'busy' when another process has the directory.
 */
export async function servePlayground(options: ServeOptions): Promise<Serving> {
  const { dir } = options
  await privateDirectory(dir)
  const taken = await takeHold(dir)
  if ('takenBy' in taken) throw busy(dir, taken.takenBy)
  const { hold } = taken
  // Whatever it says, it is not true any more: its writer is gone, or this hold would not be ours.
  removeState(dir)
  try {
    return await serveHeld(options, hold)
  } catch (error) {
    hold.release()
    throw error
  }
}

export function busy(dir: string, pid: number): PlaygroundError {
  return new PlaygroundError(
    'busy',
    `process ${pid} has a playground in ${dir}`,
    'Use that one, stop it with `mh-sf playground stop`, or choose another directory.',
  )
}

async function serveHeld(options: ServeOptions, hold: Hold): Promise<Serving> {
  const { dir } = options
  const startedAt = new Date()
  const keys = await makeKeys(dir)
  const standIns = await startStandIns({
    ...options,
    lastPorts: lastPorts(dir),
    now: startedAt,
    database: DATABASE,
    consumer: { ...APP, publicKey: keys.publicKey },
  })
  const nonce = randomUUID()
  const ping = await servePing(nonce)
  const state = describe(options, startedAt, standIns, { url: ping.url, nonce }, keys.path)
  rememberPorts(dir, portsOf(state))
  publishState(dir, state)
  const atExit = () => {
    // In a directory that was removed and made again, it may be somebody else's by now.
    if (readState(dir)?.ping.nonce === nonce) removeState(dir)
  }
  process.once('exit', atExit)
  const stop = async () => {
    process.off('exit', atExit)
    atExit()
    hold.release()
    ping.close()
    await standIns.close()
  }
  let stopped: Promise<void> | undefined
  return { state, stop: () => (stopped ??= stop()) }
}

function describe(
  { participants, seed }: ServeOptions,
  startedAt: Date,
  { org, mongo }: StandIns,
  ping: PlaygroundState['ping'],
  keyPath: string,
): PlaygroundState {
  return {
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    participants,
    seed,
    org: { url: org.url },
    ...(mongo && { mongo }),
    ping,
    environment: {
      ...(mongo && { MONGODB_URI: mongo.uri }),
      SF_LOGIN_URL: org.url,
      SF_CLIENT_ID: CLIENT_ID,
      SF_USERNAME: USERNAME,
      SF_PRIVATE_KEY_PATH: keyPath,
    },
  }
}

function portsOf({ org, mongo }: PlaygroundState): Partial<Ports> {
  const port = (url: string) => Number(new URL(url).port)
  return { org: port(org.url), ...(mongo && { mongo: port(mongo.uri) }) }
}

/** A new key for every start: a playground has no secret that is worth keeping. */
async function makeKeys(dir: string): Promise<{ publicKey: string; path: string }> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const path = join(dir, 'server.key')
  writePrivately(path, privateKey)
  return { publicKey, path }
}
