import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aUser, type User } from '../support/cli.js'
import { widthOf } from '../support/columns.js'

const docs = readFileSync(join(import.meta.dirname, '../../docs/playground.md'), 'utf8')
/** Every line that a reader would copy. */
const examples =
  docs
    .split('```sh\n')[1]
    ?.split('\n```')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('curl')) ?? []

describe('a playground that runs', () => {
  let user: User
  let org: string

  beforeAll(async () => {
    user = aUser()
    const { stdout } = await user.run('playground', 'reset', '--participants', '100', '--json')
    const { environment } = JSON.parse(stdout) as { environment: { SF_LOGIN_URL: string } }
    org = environment.SF_LOGIN_URL
  })
  afterAll(async () => {
    await user.run('playground', 'stop')
    user.forget()
  })

  const json = async (...args: string[]) =>
    JSON.parse((await user.run('playground', ...args, '--json')).stdout) as object

  /** Does what a line of the page would: the tests need nothing but Node, so not curl either. */
  async function asCurl(line: string): Promise<{ status: number; text: string; into: string | undefined }> {
    const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/gu)].map(([, a, b, c]) => a ?? b ?? c ?? '')
    const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
    const url = words.find((word) => word.startsWith('$ORG'))?.replace('$ORG', org) ?? ''
    const file = after('--data-binary')?.slice(1)
    const body = file === undefined ? after('-d') : readFileSync(join(user.home, file), 'utf8')
    const [, type] = after('-H')?.split(': ') ?? []
    const sent = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': type ?? '' }, body }
    const response = await fetch(url, sent)
    return { status: response.status, text: await response.text(), into: after('>') }
  }

  test('does every example of its page', async () => {
    expect(examples.length).toBeGreaterThan(15)
    for (const example of examples) {
      const response = await asCurl(example)
      expect(response.status, `${example}\n${response.text}`).toBe(200)
      if (response.into !== undefined) writeFileSync(join(user.home, response.into), response.text)
    }
  })

  test('has a fault armed, shows it and what it did, and is cleared', async () => {
    expect(await json('fault', 'edge', '--status', '503', '--path', '*/composite')).toMatchObject({
      faults: [{ kind: 'edge', status: 503, path: '*/composite', times: 1 }],
    })
    const { stdout } = await user.run('playground', 'status')
    expect(stdout).toMatch(/Faults that wait:\n.*edge, status 503 +any \*\/composite +1 time/u)
    await user.run('backfill', '--all', '--playground', '--dry-run')
    expect(await json('status')).toMatchObject({ faults: [] })
    expect((await user.run('playground', 'status')).stdout).toContain('hit by 1 edge')
    await user.run('playground', 'fault', 'drop', '--times', '9')
    expect((await user.run('playground', 'fault', '--clear')).stdout).toBe('No faults wait.')
  })

  test.each([
    [['fault', 'dorp'], 'There is no fault of kind dorp.', 'Did you mean drop?'],
    [['fault', 'cut'], 'The fault cut needs --bytes.', 'Give --bytes'],
    [['fault', 'drop', '--code', 'X'], 'The fault drop does not take --code.', 'It takes --applied.'],
    [['fault', 'delay', '--delay', 'soon'], '--delay cannot be "soon".', 'as in 2h'],
    [['set', 'pageSise=3'], 'There is no setting pageSise.', 'Did you mean pageSizes?'],
    [['set', 'apiEnabled'], '"apiEnabled" is no setting.', 'pageSizes=3,1,2'],
    [['clock', 'later'], 'The clock cannot be moved by "later".', 'freeze, run or reset'],
    [['seed', 'nowhere.json'], 'nowhere.json cannot be read', 'Give a file'],
    [['dump', 'Contcat'], 'The org has no object Contcat.', 'Did you mean Contact?'],
  ])('says of %j what is wrong and what to write', async (args, error, hint) => {
    const { stderr, stdout, exitCode } = await user.run('playground', ...args)
    expect([stdout, exitCode]).toEqual(['', 2])
    expect(stderr).toContain(error)
    expect(stderr).toContain(hint)
  })

  test('is set, timed, dumped and seeded', async () => {
    expect((await user.run('playground', 'set', 'pageSizes=3,1,2')).stdout).toContain(
      'pageSizes = 3,1,2  (by default 2000)',
    )
    expect((await user.run('playground', 'clock', '+2h')).stdout).toContain('+2h from the real one')
    expect(await json('clock', 'reset')).toMatchObject({ frozen: false })
    const { stdout } = await user.run('playground', 'dump', 'Campaign')
    writeFileSync(join(user.home, 'kept.ndjson'), `${stdout}\n`)
    const { stdout: told } = await user.run('playground', 'seed', 'kept.ndjson')
    expect(told).toBe(`Loaded ${stdout.split('\n').length} Campaign.`)
    expect(await user.pipe(stdout, 'playground', 'seed', '-')).toMatchObject({ stdout: told, exitCode: 0 })
    const { records } = (await json('dump', 'Campaign')) as { records: object[] }
    expect(records).toHaveLength(stdout.split('\n').length)
  })

  test('shows it all in eighty columns', async () => {
    for (const args of [
      ['status'],
      ['set'],
      ['fault'],
      ['clock'],
      ['fault', 'stall', '--path', '*/a/rather/long/path/*'],
    ]) {
      expect(widthOf((await user.run('playground', ...args)).stdout), args[0]).toBeLessThanOrEqual(80)
    }
  })
})

describe('where no playground runs', () => {
  test('the commands that need one say how to start it', async () => {
    const user = aUser()
    const { stderr, exitCode } = await user.run('playground', 'status')
    expect(exitCode).toBe(4)
    expect(stderr).toContain('`mh-sf playground start`')
    user.forget()
  })
})

describe('an org without a database', () => {
  test('is practised on as far as it goes, whatever database the directory names, and has the same port again', async () => {
    const user = aUser()
    writeFileSync(join(user.home, '.env'), 'MONGODB_URI=mongodb://production.example/hackathon-platform\n')
    const start = async () => {
      const { stdout } = await user.run('playground', 'reset', '--org-only', '--participants', '100', '--json')
      return (JSON.parse(stdout) as { environment: Record<string, string> }).environment
    }
    const environment = await start()
    expect(Object.keys(environment)).not.toContain('MONGODB_URI')
    const backfill = await user.run('backfill', '--all', '--playground')
    expect(backfill.exitCode).toBe(4)
    expect(backfill.stderr).toContain('an org without a database')
    expect(backfill.stderr).toContain('mh-sf playground reset')
    expect((await user.run('lookup', 'elena.vasquez@example.com', '--playground')).exitCode).toBe(0)
    expect((await start())['SF_LOGIN_URL']).toBe(environment['SF_LOGIN_URL'])
    await user.run('playground', 'stop')
    user.forget()
  })
})
