import { generateKeyPair, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type DataDirectory, type KeptStory, openDataDirectory } from './data-directory.js'
import { type Hold, takeHold } from './hold.js'
import { servePing } from './ping.js'
import { PlaygroundError } from './playground-error.js'
import { lastPorts, type Ports, rememberPorts } from './ports.js'
import { DEFAULT_PARTICIPANTS, DEFAULT_SEED } from './story/size.js'
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
  /** @default 360, or those that `data` keeps */
  participants?: number
  /** @default 'mongohacks', or that of what `data` keeps */
  seed?: string
  /** Directory in which all is kept; what it has is loaded instead of the story. @default all is forgotten */
  data?: string
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
  let data: DataDirectory | undefined
  try {
    data = options.data === undefined ? undefined : await openDataDirectory(options.data)
    return await serveHeld(options, hold, data)
  } catch (error) {
    data?.release()
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

async function serveHeld(options: ServeOptions, hold: Hold, data: DataDirectory | undefined): Promise<Serving> {
  const { dir } = options
  const startedAt = new Date()
  const story = storyOf(options, data, startedAt)
  if (data?.story === undefined) data?.begin(story)
  const keys = await makeKeys(dir)
  const standIns = await startStandIns({
    ...options,
    ...story,
    ...(data && { journals: data }),
    lastPorts: lastPorts(dir),
    now: new Date(story.now),
    database: DATABASE,
    consumer: { ...APP, publicKey: keys.publicKey },
  })
  const nonce = randomUUID()
  const ping = await servePing(nonce)
  const told: Told = {
    ...story,
    startedAt,
    ...(data && { data: { path: data.path, restored: standIns.org.isRestored } }),
  }
  const state = describe(told, standIns, { url: ping.url, nonce }, keys.path)
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
    data?.release()
  }
  let stopped: Promise<void> | undefined
  return { state, stop: () => (stopped ??= stop()) }
}

/** The story that was kept, or the one that is asked for. Throws a PlaygroundError when both are there and differ. */
function storyOf({ participants, seed }: ServeOptions, data: DataDirectory | undefined, now: Date): KeptStory {
  const asked = { participants: participants ?? DEFAULT_PARTICIPANTS, seed: seed ?? DEFAULT_SEED }
  const kept = data?.story
  if (data === undefined || kept === undefined) return { ...asked, now: now.toISOString() }
  if ((participants ?? kept.participants) === kept.participants && (seed ?? kept.seed) === kept.seed) return kept
  const message = `${data.path} keeps a story of ${kept.participants} people with the seed "${kept.seed}"`
  throw new PlaygroundError('other story', message, 'Leave --participants and --seed out, or choose another directory.')
}

/** What is told of a playground besides how it is reached. */
interface Told extends KeptStory {
  readonly startedAt: Date
  readonly data?: NonNullable<PlaygroundState['data']>
}

function describe(
  { participants, seed, startedAt, data }: Told,
  { org, mongo }: StandIns,
  ping: PlaygroundState['ping'],
  keyPath: string,
): PlaygroundState {
  return {
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    participants,
    seed,
    ...(data && { data }),
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
