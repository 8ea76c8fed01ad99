import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clockChange } from '../../src/cli/playground-clock.js'
import { type Control, openControl } from '../../src/cli/playground-control.js'
import { faultOf, faultsText, kindsText } from '../../src/cli/playground-fault.js'
import { dumpPath, dumpRecords, seedFile } from '../../src/cli/playground-records.js'
import { settingsOf, settingsText } from '../../src/cli/playground-settings.js'
import { clockText, readStatus, statusText } from '../../src/cli/playground-status.js'
import { asMhError } from '../../src/render/error.js'
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

const dataOf = ({ home }: User) => join(home, 'data', 'mh-sf')
type Settings = Parameters<typeof settingsText>[0]

describe('a playground that runs', () => {
  let user: User
  let org: string
  /** What the commands speak through; each start of the binary costs more than all that this says. */
  let control: Control

  async function reset(...flags: string[]): Promise<Record<string, string>> {
    const { stdout } = await user.run('playground', 'reset', '--participants', '100', '--json', ...flags)
    return (JSON.parse(stdout) as { environment: Record<string, string> }).environment
  }

  beforeAll(async () => {
    user = aUser()
    writeFileSync(join(user.home, '.env'), 'MONGODB_URI=mongodb://production.example/hackathon-platform\n')
    org = (await reset())['SF_LOGIN_URL'] ?? ''
    control = await openControl(dataOf(user))
  })
  afterAll(async () => {
    await user.run('playground', 'stop')
    user.forget()
  })

  const shown = async (...args: string[]) => (await user.run('playground', ...args)).stdout

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
    const edge = await shown('fault', 'edge', '--status', '503', '--path', '*/composite', '--json')
    expect(JSON.parse(edge)).toMatchObject({ faults: [{ kind: 'edge', status: 503, path: '*/composite', times: 1 }] })
    expect((await fetch(`${org}/services/data/v66.0/composite`)).status).toBe(503)
    await control.post('/faults', faultOf('drop', { times: 9, path: '*/a/rather/long/path/*' }))
    const status = await shown('status')
    expect(status).toContain('hit by 1 edge')
    expect(status).toMatch(/Faults that wait:\n.*drop +any \*\/a\/rather\/long\/path\/\* +9 times/u)
    expect(await shown('fault', '--clear')).toBe('No faults wait.')
    expect(await control.get('/faults')).toEqual([])
  })

  test.each<[string, () => unknown, string, string]>([
    ['fault cut', () => faultOf('cut', {}), 'The fault cut needs --bytes.', 'Give --bytes'],
    [
      'fault drop --code X',
      () => faultOf('drop', { code: 'X' }),
      'The fault drop does not take --code.',
      'It takes --applied.',
    ],
    ['fault delay --delay soon', () => faultOf('delay', { delay: 'soon' }), '--delay cannot be "soon".', 'as in 2h'],
    ['set pageSise=3', () => set('pageSise=3'), 'There is no setting pageSise.', 'Did you mean pageSizes?'],
    ['set apiEnabled', () => set('apiEnabled'), '"apiEnabled" is no setting.', 'pageSizes=3,1,2'],
    ['clock later', () => clockChange('later'), 'The clock cannot be moved by "later".', 'freeze, run or reset'],
    ['seed nowhere.json', () => seedFile(control, 'nowhere.json'), 'nowhere.json cannot be read', 'Give a file'],
    [
      'dump Contcat',
      () => control.stream(dumpPath('Contcat')),
      'The org has no object Contcat.',
      'Did you mean Contact?',
    ],
  ])('says of %s what is wrong and what to write', async (_typed, work, message, hint) => {
    const error = asMhError(await thrownBy(work))
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(error.exitCode).toBe(2)
  })

  async function set(...typed: string[]): Promise<unknown> {
    return control.post('/settings', settingsOf(typed, (await control.get('/settings')) as Settings))
  }

  test('says so on stderr, and prints nothing else', async () => {
    const { stderr, stdout, exitCode } = await user.run('playground', 'fault', 'dorp')
    expect([stdout, exitCode]).toEqual(['', 2])
    expect(stderr).toContain('There is no fault of kind dorp.')
    expect(stderr).toContain('Did you mean drop?')
  })

  test('is set, timed, dumped and seeded', async () => {
    const commands = [shown('set', 'pageSizes=3,1,2'), shown('clock', '+2h'), shown('dump', 'Campaign')]
    const [setting = '', clock = '', stdout = ''] = await Promise.all(commands)
    expect(setting).toContain('pageSizes = 3,1,2  (by default 2000)')
    expect(clock).toContain('+2h from the real one')
    expect(await control.post('/clock', clockChange('reset'))).toMatchObject({ frozen: false })
    writeFileSync(join(user.home, 'kept.ndjson'), `${stdout}\n`)
    const seeds = [user.run('playground', 'seed', 'kept.ndjson'), user.pipe(stdout, 'playground', 'seed', '-')]
    const told = { stdout: `Loaded ${stdout.split('\n').length} Campaign.`, exitCode: 0 }
    expect(await Promise.all(seeds)).toMatchObject([told, told])
    const records = await dumpRecords(await control.stream(dumpPath('Campaign')))
    expect(records).toHaveLength(stdout.split('\n').length)
  })

  test('shows it all in eighty columns', async () => {
    await control.post('/faults', faultOf('stall', { path: '*/a/rather/long/path/*' }))
    const status = await readStatus(control)
    for (const text of [
      statusText(status),
      clockText(status.clock),
      faultsText(status.faults),
      settingsText((await control.get('/settings')) as Settings),
      kindsText(),
    ]) {
      expect(widthOf(text), text).toBeLessThanOrEqual(80)
    }
  })

  test('is started anew as an org without a database at the same address, and practised on as far as it goes', async () => {
    const environment = await reset('--org-only')
    expect(environment['SF_LOGIN_URL']).toBe(org)
    expect(Object.keys(environment)).not.toContain('MONGODB_URI')
    const [backfill, lookup] = await Promise.all([
      user.run('backfill', '--all', '--playground'),
      user.run('lookup', 'elena.vasquez@example.com', '--playground'),
    ])
    expect([backfill.exitCode, lookup.exitCode]).toEqual([4, 0])
    expect(backfill.stderr).toContain('an org without a database')
    expect(backfill.stderr).toContain('mh-sf playground reset')
  })
})

/** What it throws, or rejects with. */
async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was wrong')
}

describe('where no playground runs', () => {
  test('the commands that need one say how to start it', async () => {
    const user = aUser()
    const error = asMhError(await thrownBy(() => openControl(dataOf(user))))
    expect(error.exitCode).toBe(4)
    expect(error.hint).toContain('`mh-sf playground start`')
    user.forget()
  })
})
