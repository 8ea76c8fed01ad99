import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaygroundError } from './playground-error.js'

/** What to put into the environment of any client to reach a playground. */
export interface PlaygroundEnvironment {
  /** Left out where there is no database. */
  MONGODB_URI?: string
  SF_LOGIN_URL: string
  SF_CLIENT_ID: string
  SF_USERNAME: string
  SF_PRIVATE_KEY_PATH: string
}

/** A playground that is ready, as `playground.json` tells. */
export interface PlaygroundState {
  pid: number
  /** ISO 8601. */
  startedAt: string
  participants: number
  seed: string
  /** Where it is kept, if it is, and whether it was loaded from there. */
  data?: { path: string; restored: boolean }
  org: { url: string }
  /** Left out where there is no database. */
  mongo?: { uri: string }
  /** Where it answers that it is this one: a process id alone may long belong to another program. */
  ping: { url: string; nonce: string }
  environment: PlaygroundEnvironment
}

/** Makes the directory, for its owner only. Throws a PlaygroundError for one that others can look into, or that is no directory. */
export async function privateDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const found = await lstat(dir)
  const mine = process.getuid === undefined || found.uid === process.getuid()
  const closed = process.platform === 'win32' || (found.mode & 0o077) === 0
  if (found.isDirectory() && mine && closed) return
  throw new PlaygroundError(
    'unsafe directory',
    `${dir} holds a private key, and others can get at it`,
    `Make it a directory of your own with \`chmod 700 ${dir}\`, or choose another one.`,
  )
}

/** What `playground.json` says, whether or not it is still true; undefined if there is none that we wrote. */
export function readState(dir: string): PlaygroundState | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(stateFile(dir), 'utf8'))
    return isState(state) ? state : undefined
  } catch {
    return undefined
  }
}

/** Puts `playground.json` there at once and whole, readable by its owner only. */
export function publishState(dir: string, state: PlaygroundState): void {
  writePrivately(stateFile(dir), `${JSON.stringify(state, null, 2)}\n`)
}

export function removeState(dir: string): void {
  rmSync(stateFile(dir), { force: true })
}

/** Writes a file with mode 0600; whoever reads it sees all of the old or all of the new one. */
export function writePrivately(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

function stateFile(dir: string): string {
  return join(dir, 'playground.json')
}

const SHAPE = {
  pid: 'number',
  startedAt: 'string',
  participants: 'number',
  seed: 'string',
  'org.url': 'string',
  'ping.url': 'string',
  'ping.nonce': 'string',
  'environment.SF_LOGIN_URL': 'string',
  'environment.SF_CLIENT_ID': 'string',
  'environment.SF_USERNAME': 'string',
  'environment.SF_PRIVATE_KEY_PATH': 'string',
}

const OPTIONAL = {
  'mongo.uri': 'string',
  'data.path': 'string',
  'data.restored': 'boolean',
  'environment.MONGODB_URI': 'string',
}

function isState(value: unknown): value is PlaygroundState {
  const typeAt = (path: string) => typeof at(value, path.split('.'))
  return (
    Object.entries(SHAPE).every(([path, type]) => typeAt(path) === type) &&
    Object.entries(OPTIONAL).every(([path, type]) => ['undefined', type].includes(typeAt(path)))
  )
}

function at(value: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  return at((value as Record<string, unknown>)[key], rest)
}
