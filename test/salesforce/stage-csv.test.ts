import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.js'
import { removeStaged, stageCsv, stagedBytes, type RowToStage } from '../../src/salesforce/stage-csv.js'

const COLUMNS = ['Id', 'Note__c']

describe('rows that are staged', () => {
  let home: string
  let directory: string

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'mh-sf-stage-'))
    directory = join(home, 'uploads')
  })
  afterEach(() => {
    rmSync(home, { recursive: true, force: true })
  })

  const stage = (rows: Iterable<RowToStage>, most?: number, columns = COLUMNS) =>
    stageCsv(directory, columns, rows, systemClock, most)
  const textOf = async (rows: RowToStage[], columns = COLUMNS) =>
    readFileSync((await stage(rows, undefined, columns)).path, 'utf8')

  test('have fixed columns, every field quoted, commas, LF and no byte order mark', async () => {
    const text = await textOf([{ Note__c: 'say "hi", now', Id: '003A' }, { Id: '003B' }])
    expect(text).toBe('"Id","Note__c"\n"003A","say ""hi"", now"\n"003B",""\n')
  })

  test('keep, set and clear a field in three different ways', async () => {
    const text = await textOf([
      { Id: '1' },
      { Id: '2', Note__c: 'x' },
      { Id: '3', Note__c: null },
      { Id: '4', Note__c: '' },
    ])
    expect(text.split('\n').slice(1, 5)).toEqual(['"1",""', '"2","x"', '"3","#N/A"', '"4","#N/A"'])
  })

  test('have booleans, numbers and instants in the form of the org, wherever this machine is', async () => {
    const at = new Date(Date.UTC(2026, 9, 5, 12))
    const text = await textOf([{ A: true, B: false, C: 1.5, D: at }], ['A', 'B', 'C', 'D'])
    expect(text.split('\n')[1]).toBe('"true","false","1.5","2026-10-05T12:00:00.000Z"')
  })

  test('that have a column of their own, or the text that clears a field, are an error and leave no file', async () => {
    await expect(stage([{ Id: '1', Note__C: 'x' }])).rejects.toThrow('Note__C')
    await expect(stage([{ Id: '1', Note__c: '#N/A' }])).rejects.toThrow('#N/A')
    expect(readdirSync(directory)).toEqual([])
  })

  test('come back from a CSV reader as they were, whatever they hold', async () => {
    // Line endings are made one kind: the org fails whole jobs over others.
    const value = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text !== '#N/A')
    const rows = fc.array(fc.record({ Id: value, Note__c: value }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const file = await stage(all)
        const [header, ...found] = parse(readFileSync(file.path), { record_delimiter: '\n' })
        expect(header).toEqual(COLUMNS)
        expect(found).toEqual(
          all.map(({ Id, Note__c }) => [Id, Note__c].map((text) => text.replaceAll(/\r\n?/gu, '\n'))),
        )
        expect([file.rows, file.bytes]).toEqual([all.length, statSync(file.path).size])
        await removeStaged(file)
      }),
      { numRuns: 60 },
    )
  })

  test('are split between records when a file would be too large, and none is lost or cut', async () => {
    const row = fc.record({
      Id: fc.string({ minLength: 1, maxLength: 5 }),
      Note__c: fc.constantFrom('a\nb', 'ü'.repeat(30), '"'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row.filter(({ Id }) => Id !== '#N/A')),
        fc.integer({ min: 20, max: 300 }),
        async (all, most) => {
          const found: string[][] = []
          while (found.length < all.length) {
            const file = await stage(all.slice(found.length), most)
            const records = parse(readFileSync(file.path)).slice(1)
            expect(records).toHaveLength(file.rows)
            expect(file.rows === 1 || file.bytes <= most).toBe(true)
            found.push(...records)
            await removeStaged(file)
          }
          expect(found).toEqual(all.map(({ Id, Note__c }) => [Id, Note__c]))
        },
      ),
      { numRuns: 30 },
    )
  })

  test('larger than one write are all there', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ Id: String(at), Note__c: 'ß' }))
    const file = await stage(rows)
    expect(parse(readFileSync(file.path))).toHaveLength(20_001)
    expect(await (await stagedBytes(file)).text()).toBe(readFileSync(file.path, 'utf8'))
  })

  test('are not uploaded once their bytes are not those that were staged', async () => {
    const file = await stage([{ Id: '1' }])
    expect((await stagedBytes(file)).size).toBe(file.bytes)
    writeFileSync(file.path, '"Id","Note__c"\n"2",""\n')
    await expect(stagedBytes(file)).rejects.toMatchObject({ code: 'STATE_FILE_DAMAGED' })
  })

  test('lie where nobody else can read them, and are gone when they are settled', async () => {
    const before = process.umask(0)
    const file = await stage([{ Id: '1' }]).finally(() => process.umask(before))
    const modes = [file.path, dirname(file.path), directory].map((path) => (statSync(path).mode & 0o777).toString(8))
    expect(modes).toEqual(['600', '700', '700'])
    await removeStaged(file)
    expect(readdirSync(directory)).toEqual([])
  })

  test('that a killed process left behind are removed after a day', async () => {
    const [old, young] = [await stage([{ Id: '1' }]), await stage([{ Id: '2' }])]
    const yesterday = new Date(Date.now() - 25 * 3_600_000)
    utimesSync(dirname(old.path), yesterday, yesterday)
    const next = await stage([{ Id: '3' }])
    const left = [young, next].map(({ path }) => dirname(path))
    expect(
      readdirSync(directory)
        .map((name) => join(directory, name))
        .sort(),
    ).toEqual(left.sort())
  })
})
