import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from 'proper-lockfile'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MhError } from '../../src/errors.js'
import type { Credentials } from '../../src/salesforce/credentials.js'
import { Keychain, type KeychainAnswer } from '../../src/salesforce/keychain.js'
import { KeychainVault } from '../../src/salesforce/keychain-vault.js'
import { SessionKeeper } from '../../src/salesforce/session-keeper.js'
import { SessionStore, type KeptLogin } from '../../src/salesforce/session-store.js'
import { anOrg } from '../support/an-org.js'
import { systemClock } from '../../src/clock.js'

const kept: KeptLogin = {
  session: {
    accessToken: '00D000000000001!canary',
    instanceUrl: 'https://acme.my.salesforce.com',
    orgId: '00D000000000001AAA',
    userId: '005000000000001AAA',
    username: 'ana@example.com',
    loginUrl: 'https://login.salesforce.com',
    flow: 'web',
    apiVersion: '66.0',
    issuedAt: '2026-05-04T08:00:00.000Z',
  },
  refreshToken: '5Aep861canary',
}
const locked: unknown = expect.objectContaining({ code: 'SECRETS_LOCKED' })

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mh-sf-secrets-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** What stands where an operating system's keychain is: the far side of `bin/keychain.js`. */
class AKeychain {
  readonly entries = new Map<string, string>()
  reads = 0
  problem: string | undefined
  whileAsked = (): Promise<void> => Promise.resolve()

  async read(account: string): Promise<KeychainAnswer> {
    this.reads += 1
    await this.whileAsked()
    return this.problem === undefined ? { secret: this.entries.get(account) } : { problem: this.problem }
  }

  write(account: string, secret: string): Promise<KeychainAnswer> {
    this.entries.set(account, secret)
    return this.read(account)
  }
}

const storeOf = (keychain: AKeychain, key = ['a'], asked: 'auto' | 'keychain' = 'auto') =>
  new SessionStore(directory, key, new KeychainVault(asked, keychain, directory))

describe('with a keychain', () => {
  test('what is kept is sealed, and comes back to every process of the user', async () => {
    const keychain = new AKeychain()
    const store = storeOf(keychain)
    await store.write(kept)
    expect(readFileSync(store.path, 'utf8')).not.toMatch(/canary|acme|ana@/u)
    expect(await storeOf(keychain).read()).toEqual(kept)
    expect([...keychain.entries.values()].join('')).not.toContain('canary')
  })

  test('it is asked once in a process, however often something is kept', async () => {
    const keychain = new AKeychain()
    const store = storeOf(keychain)
    await store.write(kept)
    const { reads } = keychain
    await store.write(kept)
    await store.read()
    expect(keychain.reads).toBe(reads)
  })

  test('ten that find no key make one, and all that they keep can be read', async () => {
    const keychain = new AKeychain()
    const stores = Array.from({ length: 10 }, (_, at) => storeOf(keychain, [String(at)]))
    await Promise.all(stores.map((store) => store.write(kept)))
    const read = await Promise.all(stores.map((_, at) => storeOf(keychain, [String(at)]).read()))
    expect(read).toEqual(stores.map(() => kept))
  })

  test('it is asked before the lock is taken: while a person unlocks it nobody else waits for that', async () => {
    const { credentials, close } = await anOrg()
    try {
      const keychain = new AKeychain()
      const keeper = new SessionKeeper(
        credentials,
        directory,
        systemClock,
        {},
        new KeychainVault('auto', keychain, directory),
      )
      const held: boolean[] = []
      keychain.whileAsked = async () => {
        held.push(await check(keeper.store.path, { realpath: false }))
      }
      await keeper.logIn(new AbortController().signal)
      expect(held.length).toBeGreaterThan(0)
      expect(held).not.toContain(true)
    } finally {
      await close()
    }
  })

  test('where it is demanded and does not help, nobody logs in for nothing', async () => {
    const { playground, credentials, close } = await anOrg()
    try {
      const keychain = new AKeychain()
      keychain.problem = 'locked'
      const vault = new KeychainVault('keychain', keychain, directory)
      const keeper = new SessionKeeper(credentials, directory, systemClock, {}, vault)
      await expect(keeper.logIn(new AbortController().signal)).rejects.toEqual(locked)
      expect(playground.requests.list()).toEqual([])
    } finally {
      await close()
    }
  })

  test('a login put in the place of another is not taken for it', async () => {
    const keychain = new AKeychain()
    const [one, other] = [storeOf(keychain, ['a']), storeOf(keychain, ['b'])]
    await one.write(kept)
    await other.write(kept)
    const { writeFile } = await import('node:fs/promises')
    await writeFile(other.path, readFileSync(one.path), { mode: 0o600 })
    await expect(other.read()).rejects.toMatchObject({ code: 'STATE_FILE_DAMAGED' })
  })

  test('one changed character is damage, not another login', async () => {
    const keychain = new AKeychain()
    const store = storeOf(keychain)
    await store.write(kept)
    const { writeFile } = await import('node:fs/promises')
    const text = readFileSync(store.path, 'utf8')
    const at = text.indexOf('sealed":"') + 60
    await writeFile(store.path, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1), {
      mode: 0o600,
    })
    await expect(store.read()).rejects.toMatchObject({ code: 'STATE_FILE_DAMAGED' })
  })

  test('what an earlier version kept in the open is read, and sealed from then on', async () => {
    await new SessionStore(directory, ['a']).write(kept)
    const store = storeOf(new AKeychain())
    expect(await store.read()).toEqual(kept)
    await store.write(kept)
    expect(readFileSync(store.path, 'utf8')).not.toContain('canary')
  })
})

describe('with a keychain that does not help', () => {
  test('a file of this user alone takes its place, unless the keychain is demanded', async () => {
    const keychain = new AKeychain()
    keychain.problem = 'locked'
    const store = storeOf(keychain)
    await store.write(kept)
    expect(readFileSync(store.path, 'utf8')).toContain('canary')
    await expect(storeOf(keychain, ['b'], 'keychain').write(kept)).rejects.toEqual(locked)
  })

  test('what it has sealed before is locked, says what to do, and stays as it is', async () => {
    const keychain = new AKeychain()
    const store = storeOf(keychain)
    await store.write(kept)
    const before = readFileSync(store.path, 'utf8')
    keychain.problem = 'nobody is logged in to a desktop here'
    const error = await storeOf(keychain)
      .read()
      .catch((each: unknown) => each)
    expect(error).toEqual(locked)
    expect((error as MhError).hint).toContain('MH_SF_SECRET_STORE=file')
    expect(readFileSync(store.path, 'utf8')).toBe(before)
  })

  test('a login by key works in cron all the same, and one by browser is not lost', async () => {
    const { credentials, close } = await anOrg()
    try {
      const keychain = new AKeychain()
      const keeperOf = (of: Credentials) =>
        new SessionKeeper(of, directory, systemClock, {}, new KeychainVault('auto', keychain, directory))
      const { accessToken } = await keeperOf(credentials).current()
      const { loginUrl, clientId } = credentials
      const web: Credentials = { flow: 'web', loginUrl, clientId }
      await keeperOf(web).store.write({ ...kept, session: { ...kept.session, loginUrl, instanceUrl: loginUrl } })
      const sealed = readFileSync(keeperOf(web).store.path, 'utf8')
      keychain.problem = 'nobody is logged in to a desktop here'
      expect((await keeperOf(credentials).current()).accessToken).not.toBe(accessToken)
      await expect(keeperOf(web).current()).rejects.toEqual(locked)
      expect(readFileSync(keeperOf(web).store.path, 'utf8')).toBe(sealed)
      // Nor is it logged out of before it can be revoked.
      await expect(keeperOf(web).logOut(new AbortController().signal)).rejects.toEqual(locked)
    } finally {
      await close()
    }
  })
})

describe('where files are demanded, what a keychain has sealed', () => {
  test('is no damage: a login by key is made anew, one by browser is told to be locked and not lost', async () => {
    const { credentials, close } = await anOrg()
    try {
      const vault = new KeychainVault('auto', new AKeychain(), directory)
      const keeperOf = (of: Credentials, sealing?: KeychainVault) =>
        new SessionKeeper(of, directory, systemClock, {}, sealing)
      const { accessToken } = await keeperOf(credentials, vault).current()
      expect((await keeperOf(credentials).current()).accessToken).not.toBe(accessToken)
      const { loginUrl, clientId } = credentials
      const web: Credentials = { flow: 'web', loginUrl, clientId }
      await keeperOf(web, vault).store.write({ ...kept, session: { ...kept.session, loginUrl, instanceUrl: loginUrl } })
      const sealed = readFileSync(keeperOf(web).store.path, 'utf8')
      await expect(keeperOf(web).current()).rejects.toEqual(locked)
      expect(readFileSync(keeperOf(web).store.path, 'utf8')).toBe(sealed)
      // The code that somebody has just given needs nothing of it: what is refused is the code.
      const authorization = {
        code: 'made up',
        verifier: 'v'.repeat(43),
        redirectUri: 'http://localhost:1717/OauthRedirect',
      }
      const again = keeperOf(web).logIn(new AbortController().signal, { authorization, again: true })
      await expect(again).rejects.not.toEqual(locked)
    } finally {
      await close()
    }
  })
})

describe.skipIf(process.platform !== 'linux')('the keychain of this machine', () => {
  test('is not looked for where nobody is logged in to a desktop', async () => {
    expect(await new Keychain(60_000, { PATH: process.env.PATH }).read('x')).toMatchObject({
      problem: expect.stringContaining('desktop') as string,
    })
  })

  test('that takes the question and never answers holds nobody up', async () => {
    const path = join(directory, 'bus')
    const bus = createServer(() => undefined).listen(path)
    try {
      const began = Date.now()
      const keychain = new Keychain(400, { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` })
      expect(await keychain.read('x')).toEqual({ problem: 'it did not answer within 0.4 s' })
      expect(Date.now() - began).toBeLessThan(30_000)
    } finally {
      bus.close()
    }
  })

  test('that is not there is told as it says it', async () => {
    const address = `unix:path=${join(directory, 'nobody')}`
    const keychain = new Keychain(20_000, { PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: address })
    expect(await keychain.read('x')).toHaveProperty('problem')
  })
})
