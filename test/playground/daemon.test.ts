import { type ChildProcess, execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MongoClient } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type * as Launch from '../../src/playground/launch.js'

type PlaygroundState = Launch.PlaygroundState

/** The built one: it starts the built daemon, as users have it. */
const built = new URL('../../dist/playground/launch.js', import.meta.url).href
const { ensurePlayground, findPlayground, resetPlayground, stopPlayground } = (await import(built)) as typeof Launch

const participants = 100
let dir: string

function makeDirectory(): void {
  dir = join(mkdtempSync(join(tmpdir(), 'playground-')), 'state')
}

async function removeDirectory(): Promise<void> {
  await stopPlayground(dir)
  rmSync(join(dir, '..'), { recursive: true })
}

function ofItsOwn(): void {
  beforeEach(makeDirectory)
  afterEach(removeDirectory)
}

const mode = (path: string) => statSync(path).mode & 0o777
const stateFile = () => join(dir, 'playground.json')

/** What has ended is not alive, though this process, its parent, may not have waited for it yet: a signal reaches that too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !hasEnded(pid)
}

/** A process that only waits to be waited for; where there is no /proc that cannot be told. */
function hasEnded(pid: number): boolean {
  if (!existsSync('/proc/self/stat')) return false
  try {
    return /\) [ZX]/u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** What another process, which is started at once, gets from a function of launch.ts. */
async function inAnotherProcess<T>(call: string): Promise<T> {
  const code = `const launch = await import(${JSON.stringify(built)}); console.log(JSON.stringify(await ${call}))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  return JSON.parse(stdout) as T
}

/** A program that has nothing to do with playgrounds and only stops when it is told to. */
async function bystander(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)'])
  await once(child.stdout, 'data')
  return child
}

async function mongo<T>({ environment }: PlaygroundState, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(environment.MONGODB_URI ?? '')
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

describe('one that runs', () => {
  const told: string[] = []
  let state: PlaygroundState

  beforeAll(async () => {
    makeDirectory()
    process.env['SF_CLIENT_SECRET'] = 'canary'
    const onProgress = ({ loading }: { loading: string }) => told.push(loading)
    state = (await ensurePlayground({ dir, participants, onProgress })).state
    delete process.env['SF_CLIENT_SECRET']
  })
  afterAll(removeDirectory)

  test('what it says to put into the environment reaches both sides', async () => {
    const { MONGODB_URI, SF_LOGIN_URL, SF_PRIVATE_KEY_PATH } = state.environment
    expect(MONGODB_URI).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/hackathon-platform\?directConnection=true$/u)
    expect(await mongo(state, (client) => client.db().collection('participants').countDocuments())).toBe(participants)
    expect((await fetch(`${SF_LOGIN_URL}/services/data`)).status).toBe(200)
    expect(readFileSync(SF_PRIVATE_KEY_PATH, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/u)
  })

  test('the database has the indexes of the platform', async () => {
    const indexes = (collection: string) => mongo(state, (client) => client.db().collection(collection).indexes())
    expect(await indexes('participants')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: { email: 1 }, unique: true }),
        expect.objectContaining({ key: { 'registeredEvents.eventId': 1 } }),
      ]),
    )
    expect(await indexes('users')).toContainEqual(expect.objectContaining({ key: { email: 1 }, unique: true }))
    expect(await indexes('events')).toContainEqual(
      expect.objectContaining({ key: { 'landingPage.slug': 1 }, unique: true, sparse: true }),
    )
  })

  test('only its owner can read what it keeps', () => {
    expect(mode(dir)).toBe(0o700)
    for (const file of readdirSync(dir)) expect(mode(join(dir, file)), file).toBe(0o600)
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['playground.json', 'playground.log', 'server.key']))
  })

  test('its progress was told while it was loading', () => {
    expect(told).toEqual(expect.arrayContaining(['participants', 'Contact']))
  })

  test('a second start finds it', async () => {
    expect(await ensurePlayground({ dir })).toEqual({ state, started: false, differs: false })
  })

  test('other participants than it has are not given, and that is said', async () => {
    expect(await ensurePlayground({ dir, participants: 200 })).toEqual({ state, started: false, differs: true })
    expect(await ensurePlayground({ dir, seed: 'another' })).toEqual({ state, started: false, differs: true })
  })

  test('there is no other one in the foreground beside it', async () => {
    const refused = inAnotherProcess(
      `launch.runInForeground({ dir: ${JSON.stringify(dir)}, onReady() {} }).catch(({ problem }) => problem)`,
    )
    expect(await refused).toBe('busy')
  })

  test.skipIf(!existsSync('/proc/self/environ'))("it knows nothing of its caller's secrets", () => {
    const names = readFileSync(`/proc/${state.pid}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split('=')[0])
    expect(names).toContain('PATH')
    expect(names).not.toContain('SF_CLIENT_SECRET')
  })
})

describe('starting', () => {
  ofItsOwn()

  test('five starts at once, in three processes, give one playground that outlives them', async () => {
    const call = `Promise.all([1, 2].map(() => launch.ensurePlayground({ dir: ${JSON.stringify(dir)}, participants: 100 })))`
    const all = await Promise.all([
      inAnotherProcess<Launch.Launched[]>(call),
      inAnotherProcess<Launch.Launched[]>(call),
      ensurePlayground({ dir, participants }).then((one) => [one]),
    ])
    const [first, ...others] = all.flat()
    for (const other of others) expect(other.state).toEqual(first?.state)
    expect(all.flat().filter(({ started }) => started)).toHaveLength(1)
    expect(await findPlayground(dir)).toEqual(first?.state)
  })
})

describe('starting that cannot succeed', () => {
  ofItsOwn()

  test('says why, and leaves nothing in the way of the next start', async () => {
    mkdirSync(join(dir, 'server.key'), { recursive: true, mode: 0o700 })
    chmodSync(dir, 0o700)
    await expect(ensurePlayground({ dir, participants })).rejects.toMatchObject({
      problem: 'failed',
      message: expect.stringContaining('server.key') as string,
      hint: expect.stringContaining('playground.log') as string,
    })
    expect(await findPlayground(dir)).toBeUndefined()
    rmSync(join(dir, 'server.key'), { recursive: true })
    expect(await ensurePlayground({ dir, participants })).toMatchObject({ started: true })
  })

  test('a directory that others can read is refused', async () => {
    mkdirSync(dir)
    chmodSync(dir, 0o755)
    await expect(ensurePlayground({ dir, participants })).rejects.toMatchObject({ problem: 'unsafe directory' })
    expect(readdirSync(dir)).toEqual([])
  })

  test('a number of participants out of range is refused', async () => {
    await expect(ensurePlayground({ dir, participants: 5 })).rejects.toThrow(RangeError)
  })
})

describe('what is left of an earlier one', () => {
  ofItsOwn()

  test('after kill -9 the next start gives a new one, however many start at once', async () => {
    const { state } = await ensurePlayground({ dir, participants })
    process.kill(state.pid, 'SIGKILL')
    const all = await Promise.all([1, 2, 3].map(() => ensurePlayground({ dir, participants })))
    const [next, ...others] = all
    expect(next?.state.pid).not.toBe(state.pid)
    for (const other of others) expect(other.state).toEqual(next?.state)
    expect(all.filter(({ started }) => started)).toHaveLength(1)
    expect(await findPlayground(dir)).toEqual(next?.state)
  })

  test('a state file that names another program, and the port of another server, is replaced; both are left alone', async () => {
    const foreign = await bystander()
    const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { state } = await ensurePlayground({ dir, participants })
    await stopPlayground(dir)
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const lie = { ...state, pid: foreign.pid, ping: { ...state.ping, url } }
    writeFileSync(stateFile(), JSON.stringify(lie), { mode: 0o600 })
    expect(await findPlayground(dir)).toBeUndefined()

    const next = await ensurePlayground({ dir, participants })
    expect(next.started).toBe(true)
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual(next.state)

    await stopPlayground(dir)
    expect(isAlive(foreign.pid ?? 0)).toBe(true)
    foreign.kill()
    server.close()
  })

  test('a state file that is not one is replaced', async () => {
    mkdirSync(dir, { mode: 0o700 })
    writeFileSync(stateFile(), '{"pid":')
    expect(await findPlayground(dir)).toBeUndefined()
    expect(await ensurePlayground({ dir, participants })).toMatchObject({ started: true })
  })
})

describe('stopping', () => {
  ofItsOwn()

  test('ends the process and takes its state file away, once', async () => {
    expect(await stopPlayground(dir)).toBeUndefined()
    const { state } = await ensurePlayground({ dir, participants })
    expect(await stopPlayground(dir)).toBe(state.pid)
    expect(isAlive(state.pid)).toBe(false)
    expect(existsSync(stateFile())).toBe(false)
    expect(await findPlayground(dir)).toBeUndefined()
    expect(await stopPlayground(dir)).toBeUndefined()
  })

  test('ends one that is still loading', async () => {
    const daemon = fileURLToPath(new URL('../../dist/playground/daemon.js', import.meta.url))
    const child = fork(daemon, ['--dir', dir, '--participants', '1000000'], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    await once(child, 'message')
    expect(await stopPlayground(dir)).toBe(child.pid)
    expect(await ended).toEqual([143, null])
    expect(existsSync(stateFile())).toBe(false)
  })

  test('a process that a stale state file names is not signalled', async () => {
    const { state } = await ensurePlayground({ dir, participants })
    await stopPlayground(dir)
    const foreign = await bystander()
    writeFileSync(stateFile(), JSON.stringify({ ...state, pid: foreign.pid }), { mode: 0o600 })
    expect(await stopPlayground(dir)).toBeUndefined()
    expect(isAlive(foreign.pid ?? 0)).toBe(true)
    expect(existsSync(stateFile())).toBe(false)
    foreign.kill()
  })

  test('reset gives another one, with what was asked for', async () => {
    const { state } = await ensurePlayground({ dir, participants })
    const next = await resetPlayground({ dir, participants: 120 })
    expect(next).toMatchObject({ started: true, state: { participants: 120 } })
    expect(isAlive(state.pid)).toBe(false)
    expect(await mongo(next.state, (client) => client.db().collection('participants').countDocuments())).toBe(120)
  })

  test('a playground that nobody can find any more ends by itself', async () => {
    const { state } = await ensurePlayground({ dir, participants })
    rmSync(dir, { recursive: true })
    await expect.poll(() => isAlive(state.pid), { timeout: 90_000, interval: 50 }).toBe(false)
  })
})

describe('in the foreground', () => {
  ofItsOwn()

  /** A process that runs a playground in itself and tells its state, then how it ended. */
  function foreground(): ChildProcess {
    const code = `
      const launch = await import(${JSON.stringify(built)})
      const say = (what) => process.stdout.write(JSON.stringify(what))
      say(await launch.runInForeground({ dir: ${JSON.stringify(dir)}, participants: 100, onReady: say }))`
    return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  }

  async function told(child: ChildProcess): Promise<unknown> {
    const [bytes] = (await once(child.stdout ?? child, 'data')) as [Buffer]
    return JSON.parse(bytes.toString()) as unknown
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('it runs until %s, and is then as if it had never been', async (signal) => {
    const child = foreground()
    const state = (await told(child)) as PlaygroundState
    expect(state.pid).toBe(child.pid)
    expect(await ensurePlayground({ dir, participants })).toEqual({ state, started: false, differs: false })
    const ended = once(child, 'exit')
    child.kill(signal)
    expect(await told(child)).toBe(signal)
    expect(await ended).toEqual([0, null])
    expect(existsSync(stateFile())).toBe(false)
    expect(await stopPlayground(dir)).toBeUndefined()
  })
})
