import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyOf, type Credentials } from '../../src/salesforce/credentials.js'
import { SessionStore, type KeptLogin, type Session } from '../../src/salesforce/session-store.js'

const credentials: Credentials = {
  flow: 'jwt',
  loginUrl: 'https://login.salesforce.com',
  clientId: 'app',
  username: 'ana@example.com',
  privateKeyPath: 'server.key',
}
const key = keyOf(credentials)
const session: Session = {
  accessToken: '00D000000000001!token',
  instanceUrl: 'https://acme.my.salesforce.com',
  orgId: '00D000000000001AAA',
  userId: '005000000000001AAA',
  username: 'ana@example.com',
  loginUrl: 'https://login.salesforce.com',
  flow: 'jwt',
  apiVersion: '66.0',
  issuedAt: '2026-05-04T08:00:00.000Z',
}
const kept: KeptLogin = { session, refreshToken: '5Aep861canary' }
const withToken = (accessToken: string): KeptLogin => ({ session: { ...session, accessToken } })
const unsafe: unknown = expect.objectContaining({ code: 'STATE_FILE_UNSAFE' })

let place: string
let directory: string
let store: SessionStore

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'mh-sf-store-'))
  directory = join(place, 'data', 'sessions')
  store = new SessionStore(directory, key)
})

afterEach(async () => {
  await rm(place, { recursive: true, force: true })
})

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(3, '0')

describe('a session', () => {
  test('comes back as it was written, to another store of the same key too', async () => {
    await store.write(kept)
    expect(await store.read()).toEqual(kept)
    expect(await new SessionStore(directory, [...key]).read()).toEqual(kept)
  })

  test('is none before it was written and after it was removed, and removing none is no error', async () => {
    expect(await store.read()).toBeUndefined()
    await store.write(kept)
    await store.remove()
    await store.remove()
    expect(await store.read()).toBeUndefined()
  })

  test('is kept apart for each login address, app and user, in a file whose name tells none of them', () => {
    const { loginUrl, clientId } = credentials
    const logins: Credentials[] = [
      credentials,
      { ...credentials, loginUrl: 'https://test.salesforce.com' },
      { ...credentials, clientId: 'other' },
      { ...credentials, username: 'bo@example.com' },
      { ...credentials, clientId: 'app"', username: '' },
      { flow: 'web', loginUrl, clientId },
      { flow: 'client-credentials', loginUrl, clientId },
      { flow: 'sf', loginUrl, alias: clientId },
      { ...credentials, name: 'prod' },
      { flow: 'web', loginUrl, clientId, name: 'dev' },
    ]
    const paths = logins.map((each) => new SessionStore(directory, keyOf(each)).path)
    expect(new Set(paths).size).toBe(logins.length)
    for (const path of paths) expect(path.slice(directory.length)).toMatch(/^[/\\][0-9a-f]{32}\.json$/u)
  })

  test('replaces an older one whole, and leaves nothing else behind', async () => {
    await store.write(withToken('x'.repeat(10_000)))
    await store.write(kept)
    expect(await store.read()).toEqual(kept)
    expect(await readdir(directory)).toHaveLength(1)
  })
})

describe.skipIf(process.platform === 'win32')('only the owner may read it', () => {
  test.each(['000', '022', '077'])('whatever the umask, here %s: 0600 in 0700', async (umask) => {
    const before = process.umask(parseInt(umask, 8))
    try {
      await store.write(kept)
    } finally {
      process.umask(before)
    }
    const [file, above] = await Promise.all([stat(store.path), stat(directory)])
    expect([octal(file.mode), octal(above.mode)]).toEqual(['600', '700'])
  })

  test.each(['640', '604', '620', '644', '601'])('a file of mode %s is refused, and left as it is', async (mode) => {
    await store.write(kept)
    await chmod(store.path, parseInt(mode, 8))
    const before = await readFile(store.path, 'utf8')
    await expect(store.read()).rejects.toEqual(unsafe)
    await expect(store.write(withToken('new'))).rejects.toEqual(unsafe)
    expect(await readFile(store.path, 'utf8')).toBe(before)
  })

  test('the refusal names the file and the command that mends it', async () => {
    await store.write(kept)
    await chmod(store.path, 0o644)
    await expect(store.read()).rejects.toMatchObject({
      message: `${store.path} is not used: others may read it.`,
      hint: `Run \`chmod 600 ${store.path}\`, then the command again.`,
    })
  })

  test.each(['755', '750', '777'])('nothing is written into a directory of mode %s', async (mode) => {
    await mkdir(directory, { recursive: true })
    await chmod(directory, parseInt(mode, 8))
    await expect(store.write(kept)).rejects.toEqual(unsafe)
    await expect(store.exclusively(() => Promise.resolve())).rejects.toEqual(unsafe)
    expect(await readdir(directory)).toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('a link is never followed', () => {
  test('for reading or for writing: what it points to stays as it is', async () => {
    const target = join(place, 'target.json')
    await writeFile(target, 'precious', { mode: 0o600 })
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await symlink(target, store.path)
    await expect(store.read()).rejects.toEqual(unsafe)
    await expect(store.write(kept)).rejects.toEqual(unsafe)
    expect(await readFile(target, 'utf8')).toBe('precious')
  })

  test('even if it points to nothing', async () => {
    const target = join(place, 'nothing.json')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await symlink(target, store.path)
    await expect(store.write(kept)).rejects.toEqual(unsafe)
    expect(await readdir(place)).not.toContain('nothing.json')
  })

  test('when it stands for the directory', async () => {
    const elsewhere = join(place, 'elsewhere')
    await mkdir(elsewhere, { mode: 0o700 })
    await mkdir(join(place, 'data'))
    await symlink(elsewhere, directory)
    await expect(store.write(kept)).rejects.toEqual(unsafe)
    expect(await readdir(elsewhere)).toEqual([])
  })

  test('and a directory in the place of the file is none', async () => {
    await mkdir(store.path, { recursive: true, mode: 0o700 })
    await chmod(directory, 0o700)
    await expect(store.read()).rejects.toEqual(unsafe)
    await expect(store.write(kept)).rejects.toEqual(unsafe)
  })
})

describe('a file that cannot be read is an error, never an empty store', () => {
  const whole = JSON.stringify({ version: 1, session })

  test.each([
    ['nothing', ''],
    ['a piece of one', whole.slice(0, -20)],
    ['another version', JSON.stringify({ version: 2, session })],
    ['no token', JSON.stringify({ version: 1, session: { ...session, accessToken: '' } })],
    ['no session', JSON.stringify({ version: 1 })],
    ['null', 'null'],
    ['NUL characters, as a crash leaves them', '\u0000'.repeat(64)],
  ])('with %s in it', async (_, content) => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(store.path, content, { mode: 0o600 })
    await expect(store.read()).rejects.toMatchObject({
      code: 'STATE_FILE_DAMAGED',
      hint: expect.stringContaining(`rm ${store.path}`) as unknown,
    })
    expect(await readFile(store.path, 'utf8')).toBe(content)
  })

  test('and the error does not show what was in it', async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(store.path, '{"accessToken":"canary', { mode: 0o600 })
    await expect(store.read()).rejects.not.toThrow(/canary/u)
  })
})

describe('one at a time', () => {
  const builtStore = fileURLToPath(new URL('../../dist/salesforce/session-store.js', import.meta.url))

  /** Runs `body` with `store` and `name` in a process of its own, as another mh-sf of the same user. */
  const inProcess = (name: string, body: string) => {
    const program = `
      import { SessionStore } from ${JSON.stringify(builtStore)}
      const store = new SessionStore(${JSON.stringify(directory)}, ${JSON.stringify(key)})
      const name = ${JSON.stringify(name)}
      ${body}`
    return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  }

  const addName = `await store.exclusively(async () => {
    const before = await store.read()
    const accessToken = before.session.accessToken + ' ' + name
    await store.write({ session: { ...before.session, accessToken } })
  })`

  test('twenty processes that write at once lose nothing', async () => {
    await store.write(withToken('begin'))
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
    await Promise.all(names.map((name) => inProcess(name, addName)))
    const written = (await store.read())?.session.accessToken.split(' ').slice(1)
    expect(written?.sort()).toEqual([...names].sort())
    expect(await readdir(directory)).toHaveLength(1)
  })

  test('twenty callers in one process lose nothing either', async () => {
    await store.write(withToken('begin'))
    const add = (name: string) =>
      store.exclusively(async () => {
        const before = await store.read()
        await store.write(withToken(`${before?.session.accessToken ?? ''} ${name}`))
      })
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(`p${index}`)))
    expect((await store.read())?.session.accessToken.split(' ')).toHaveLength(21)
  })

  test('a holder that was killed is replaced once its time has passed', async () => {
    await store.write(kept)
    const killed = inProcess('dead', `await store.exclusively(async () => process.kill(process.pid, 'SIGKILL'))`)
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' })
    const lock = `${store.path}.lock`
    expect((await stat(lock)).isDirectory()).toBe(true)
    const halfAMinuteAgo = new Date(Date.now() - 30_000)
    await utimes(lock, halfAMinuteAgo, halfAMinuteAgo)
    expect(await store.exclusively(() => Promise.resolve('mine'))).toBe('mine')
  })

  test('work that fails lets go of the lock and passes its error on', async () => {
    await expect(store.exclusively(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await store.exclusively(() => Promise.resolve('mine'))).toBe('mine')
  })
})
