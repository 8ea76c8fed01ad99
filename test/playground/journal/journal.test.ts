import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HEAD_BYTES } from '../../../src/playground/journal/frame.js'
import { Journal, JournalError } from '../../../src/playground/journal/journal.js'
import { KeptMap } from './kept-map.js'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mh-sf-journal-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const entries = (kept: KeptMap) => [...kept.values]

/** Opens, looks and closes. */
async function found(dir: string): Promise<[string, string][]> {
  const kept = await KeptMap.open(dir)
  await kept.close()
  return entries(kept)
}

const fresh = () => mkdtempSync(join(home, 'one-'))

/** A journal of so many values, each acknowledged, and its log. */
async function written(values: number): Promise<{ dir: string; log: string }> {
  const dir = fresh()
  const kept = await KeptMap.open(dir)
  for (let n = 0; n < values; n++) await kept.set(`key ${n}`, 'v'.repeat(n))
  await kept.close()
  return { dir, log: join(dir, 'log-1') }
}

describe('what was acknowledged', () => {
  it('is there again, in its order, however often it is opened', async () => {
    const { dir } = await written(20)
    for (let time = 0; time < 3; time++) expect(await found(dir)).toHaveLength(20)
    const kept = await KeptMap.open(dir)
    await kept.set('one more', 'x')
    await kept.close()
    expect((await found(dir)).at(-1)).toEqual(['one more', 'x'])
  })

  it('is kept when many acknowledgements are waited for at once', async () => {
    const dir = fresh()
    const kept = await KeptMap.open(dir)
    await Promise.all(Array.from({ length: 500 }, (_, n) => kept.set(`key ${n}`, String(n))))
    await kept.close()
    expect(await found(dir)).toEqual(entries(kept))
  })

  it('is kept while logs that have outgrown it are replaced by snapshots', async () => {
    const dir = fresh()
    // What chance writes may be too little: this outgrows a log each time, and leaves little to be kept.
    const often = Array.from({ length: 60 }, (_, at): [number, string] => [at % 10, 'x'.repeat(20)])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9), fc.string({ maxLength: 300 })), { maxLength: 60 }),
        async (sets) => {
          const kept = await KeptMap.open(dir, 500)
          // Some at once, one after the other: snapshots are made between them, and while they are on their way.
          for (let at = 0; at < sets.length; at += 4) {
            await Promise.all(sets.slice(at, at + 4).map(([key, value]) => kept.set(String(key), value)))
          }
          await kept.close()
          expect(await found(dir)).toEqual(entries(kept))
        },
      ),
      { numRuns: 33, examples: Array.from({ length: 8 }, (): [typeof often] => [often]) },
    )
    const files = readdirSync(dir)
    expect(files.filter((name) => name.startsWith('snapshot-')).length).toBe(1)
    expect(Number(files.find((name) => name.startsWith('snapshot-'))?.split('-')[1])).toBeGreaterThan(5)
    const bytes = files.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
    expect(bytes).toBeLessThan(20_000)
  })

  it('can be read by its owner only', async () => {
    const { dir, log } = await written(1)
    expect([dir, log, join(dir, 'snapshot-1')].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o700, 0o600, 0o600,
    ])
  })
})

describe('a log', () => {
  it('that was cut off anywhere is read up to there, and goes on', async () => {
    const { dir, log } = await written(12)
    const whole = readFileSync(log)
    const all = await found(dir)
    const sizes = all.map((entry) => HEAD_BYTES + JSON.stringify(entry).length)
    const ends = sizes.map((_, at) => whole.length - sizes.slice(at + 1).reduce((sum, size) => sum + size, 0))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        writeFileSync(log, whole)
        truncateSync(log, length)
        const left = await found(dir)
        expect(left).toEqual(all.slice(0, ends.filter((end) => end <= length).length))
        const kept = await KeptMap.open(dir)
        await kept.set('after the cut', 'x')
        await kept.close()
        expect(await found(dir)).toEqual([...left, ['after the cut', 'x']])
      }),
      { numRuns: 30 },
    )
  })

  it('that grew before its bytes arrived ends where the zeros begin', async () => {
    const { dir, log } = await written(5)
    writeFileSync(log, Buffer.concat([readFileSync(log), Buffer.alloc(5_000)]))
    expect(await found(dir)).toHaveLength(5)
  })

  it('with one wrong bit anywhere is refused by file and place, and so is such a snapshot', async () => {
    const { dir, log } = await written(12)
    await (await KeptMap.open(dir)).close()
    const files = [log, join(dir, 'snapshot-1')].map((path) => ({ path, whole: readFileSync(path) }))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(7),
        async (file, at, bit) => {
          const bytes = Buffer.from(file.whole)
          const place = Math.floor(at * bytes.length)
          bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
          writeFileSync(file.path, bytes)
          const error: unknown = await Journal.open(dir, new KeptMap()).catch((thrown: unknown) => thrown)
          writeFileSync(file.path, file.whole)
          expect(error).toBeInstanceOf(JournalError)
          expect(error).toMatchObject({ file: file.path })
          expect((error as JournalError).offset).toBeLessThanOrEqual(place)
        },
      ),
    )
  })

  it('or a snapshot that is missing, or cut short, is an error', async () => {
    const { dir, log } = await written(3)
    const snapshot = join(dir, 'snapshot-1')
    const bytes = readFileSync(snapshot)
    truncateSync(snapshot, bytes.length - 1)
    await expect(found(dir)).rejects.toThrow(`${snapshot} cannot be used`)
    writeFileSync(snapshot, bytes)
    rmSync(log)
    await expect(found(dir)).rejects.toThrow(`${log} cannot be used from byte 0 on: it is missing`)
  })
})

describe('a directory', () => {
  it('whose beginning broke off holds nothing', async () => {
    const { dir } = await written(3)
    rmSync(join(dir, 'snapshot-1'))
    writeFileSync(join(dir, 'snapshot-1.new'), 'half')
    expect(await found(dir)).toEqual([])
  })

  it('of something else, or of another version, is refused', async () => {
    const { dir } = await written(1)
    const other = Object.assign(new KeptMap(), { kind: 'other' })
    await expect(Journal.open(dir, other)).rejects.toThrow('"kind":"map"')
  })
})

describe('a disk that is full', () => {
  it('has the write that did not fit answered as an error, and nothing of it believed later', async () => {
    const dir = fresh()
    const writer = fileURLToPath(new URL('full-disk-writer.js', import.meta.url))
    // Blocks of 1,024 bytes: a limit of the file's size fails half-way into a write, as a full disk does.
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      `ulimit -f 64 && exec "$0" "$@"`,
      process.execPath,
      writer,
      dir,
    ])
    const { acknowledged, code } = JSON.parse(stdout) as { acknowledged: number; code: string }
    expect(code).toBe('EFBIG')
    expect(acknowledged).toBeGreaterThan(20)
    const left = await found(dir)
    expect(left.map(([key]) => key)).toEqual(Array.from({ length: acknowledged }, (_, n) => `key ${n}`))
  })
})
