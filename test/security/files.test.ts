import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runReport } from '../../src/cli/run-report.js'
import { runSchemaExport } from '../../src/cli/run-schema.js'
import { runForget } from '../../src/cli/run-forget.js'
import { runPrivacyExport } from '../../src/cli/run-privacy-export.js'
import { writePlanFile } from '../../src/app/plan-file.js'
import { writeNewFile } from '../../src/new-file.js'
import { makePrivateDirectory, readPrivateFile } from '../../src/salesforce/private-directory.js'
import { SessionStore } from '../../src/salesforce/session-store.js'
import { anApp } from '../support/an-app.js'
import { aUser } from '../support/cli.js'

const PRECIOUS = 'precious'
let place: string
let target: string
let out: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'mh-sf-files-'))
  target = join(place, 'target')
  out = join(place, 'out')
  writeFileSync(target, PRECIOUS, { mode: 0o600 })
})
afterEach(() => {
  rmSync(place, { recursive: true, force: true })
})

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const usage: unknown = expect.objectContaining({ code: 'USAGE', exitCode: 2 })

describe.skipIf(process.platform === 'win32')('a file that somebody named', () => {
  test.each([
    ['', {}],
    [', with leave to replace', { replace: true }],
  ])('is never written through a link%s', async (_, how) => {
    symlinkSync(target, out)
    await expect(writeNewFile(out, 'new', { ...how, private: true })).rejects.toEqual(usage)
    // One that leads nowhere would make a file where it points.
    const dangling = join(place, 'dangling')
    symlinkSync(join(place, 'nowhere'), dangling)
    await expect(writeNewFile(dangling, 'new', { ...how, private: true })).rejects.toEqual(usage)
    expect(readFileSync(target, 'utf8')).toBe(PRECIOUS)
    expect([readlinkSync(out), readdirSync(place).sort()]).toEqual([target, ['dangling', 'out', 'target']])
  })

  test('is not replaced unless that was said, and then whole, with rights of its own', async () => {
    writeFileSync(out, 'old', { mode: 0o644 })
    await expect(writeNewFile(out, 'new', { replace: false, private: true })).rejects.toEqual(usage)
    expect(readFileSync(out, 'utf8')).toBe('old')
    await writeNewFile(out, 'new', { replace: true, private: true })
    expect([readFileSync(out, 'utf8'), mode(out)]).toEqual(['new', '600'])
    expect(readdirSync(place).sort()).toEqual(['out', 'target'])
  })

  test('keeps the rights that it had where that was said: others who run with it go on doing so', async () => {
    writeFileSync(out, 'old')
    for (const rights of [0o644, 0o664, 0o600]) {
      chmodSync(out, rights)
      await writeNewFile(out, 'new', { replace: true, private: true, keepRights: true })
      expect(mode(out)).toBe(rights.toString(8))
    }
    rmSync(out)
    await writeNewFile(out, 'new', { replace: true, private: true, keepRights: true })
    expect(mode(out)).toBe('600')
  })

  test('replaces a link that somebody puts there at the last moment, not what it leads to', async () => {
    writeFileSync(out, 'old')
    const writing = writeNewFile(out, 'new'.repeat(1_000_000), { replace: true, private: true })
    rmSync(out)
    symlinkSync(target, out)
    await writing.catch(() => undefined)
    expect(readFileSync(target, 'utf8')).toBe(PRECIOUS)
  })

  test.each(['000', '022', '077'])('is its owner’s alone where it holds people, under umask %s too', async (umask) => {
    const before = process.umask(parseInt(umask, 8))
    try {
      await writeNewFile(out, 'new', { replace: false, private: true })
    } finally {
      process.umask(before)
    }
    expect(mode(out)).toBe('600')
  })

  test('is not a pipe, a device or a directory, which would hang, or take it for a place', async () => {
    const pipe = join(place, 'pipe')
    execFileSync('mkfifo', [pipe])
    mkdirSync(join(place, 'directory'))
    for (const path of [pipe, '/dev/null', join(place, 'directory')])
      await expect(writeNewFile(path, 'new', { replace: true, private: true })).rejects.toEqual(usage)
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

/** Every command that takes a path to write to, with what makes it write there. */
const WRITERS: [flag: string, write: (path: string) => Promise<unknown>][] = [
  ['report weekly --out', async (path) => runReport(await nothing(), 'json', { out: path, send: false })],
  [
    'report weekly --out --force',
    async (path) => runReport(await nothing(), 'json', { out: path, force: true, send: false }),
  ],
  [
    'schema export --format metadata --out',
    async (path) => runSchemaExport(await nothing(), { out: path, format: 'metadata', all: true }),
  ],
  [
    'privacy export --out',
    async (path) => runPrivacyExport(await nothing(), 'a@b.example', { out: path, force: false }),
  ],
  [
    'privacy export --html',
    async (path) => runPrivacyExport(await nothing(), 'a@b.example', { html: path, force: false }),
  ],
  [
    'privacy export --out --force',
    async (path) => runPrivacyExport(await nothing(), 'a@b.example', { out: path, force: true }),
  ],
  [
    'privacy forget --receipt',
    async (path) =>
      runForget(
        await nothing(),
        'a@b.example',
        { 'dry-run': false, confirm: 'a@b.example', 'recycle-bin': false, receipt: path, quiet: true },
        () => undefined,
      ),
  ],
  ['plan campaign sync --out, verify --out', async (path) => writePlanFile(path, { changes: [] } as never)],
]

/** Of somebody who has configured nothing: a file is looked at before anything is connected. */
async function nothing() {
  const user = aUser({ MONGODB_URI: 'mongodb://127.0.0.1:1/x' })
  user.forget()
  return anApp(user, 'test')
}

describe.skipIf(process.platform === 'win32')('every command that writes a file', () => {
  test.each(WRITERS)('%s: follows no link, and looks before the work', async (_, write) => {
    symlinkSync(target, out)
    await expect(write(out)).rejects.toEqual(usage)
    expect(readFileSync(target, 'utf8')).toBe(PRECIOUS)
  })
})

describe.skipIf(process.platform === 'win32')('what this user alone may have', () => {
  test('is looked at once it is open: a file swapped for another between two looks is the one that is judged', async () => {
    const [mine, open] = [join(place, 'mine'), join(place, 'open')]
    writeFileSync(open, 'planted', { mode: 0o644 })
    const seen = new Set<string>()
    for (let at = 0; at < 200; at += 1) {
      writeFileSync(mine, 'mine', { mode: 0o600 })
      const reading = readPrivateFile(mine).catch((error: unknown) => (error as { code: string }).code)
      // In the way of the reader: a planted file of the same name, open to others, and back again.
      if (at % 2 === 0) renameSync(open, mine)
      seen.add(String(await reading))
      rmSync(mine, { force: true })
      writeFileSync(open, 'planted', { mode: 0o644 })
      chmodSync(open, 0o644)
    }
    expect(seen.has('planted')).toBe(false)
    expect([...seen].every((each) => ['mine', 'STATE_FILE_UNSAFE', 'undefined'].includes(each))).toBe(true)
  })

  test('is no link, pipe or directory, and none that others may read', async () => {
    const [link, pipe, directory, open] = ['link', 'pipe', 'directory', 'open'].map((name) => join(place, name))
    symlinkSync(target, link ?? '')
    execFileSync('mkfifo', [pipe ?? ''])
    mkdirSync(directory ?? '')
    writeFileSync(open ?? '', 'x', { mode: 0o640 })
    for (const path of [link, pipe, directory, open])
      await expect(readPrivateFile(path ?? '')).rejects.toMatchObject({ code: 'STATE_FILE_UNSAFE' })
    expect(await readPrivateFile(join(place, 'none'))).toBeUndefined()
    expect(await readPrivateFile(target)).toBe(PRECIOUS)
  })

  test('is not kept in a directory that became a link, or somebody else’s to read', async () => {
    const sessions = join(place, 'sessions')
    const store = new SessionStore(sessions, ['https://login.salesforce.com', 'a', 'b'])
    await store.exclusively(() => Promise.resolve())
    renameSync(sessions, join(place, 'before'))
    mkdirSync(join(place, 'theirs'))
    symlinkSync(join(place, 'theirs'), sessions)
    await expect(makePrivateDirectory(sessions)).rejects.toMatchObject({ code: 'STATE_FILE_UNSAFE' })
    await expect(store.write({ accessToken: 'secret' } as never)).rejects.toMatchObject({ code: 'STATE_FILE_UNSAFE' })
    expect(readdirSync(join(place, 'theirs'))).toEqual([])
  })
})
