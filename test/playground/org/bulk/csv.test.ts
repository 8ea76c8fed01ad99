import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvLine, DELIMITERS } from '../../../../src/playground/org/bulk/csv-format.js'
import type { ColumnDelimiter, LineEnding } from '../../../../src/playground/org/bulk/csv-format.js'
import { CsvFault, CsvScanner, valueOf } from '../../../../src/playground/org/bulk/csv-scanner.js'

const read = (text: string, delimiter = ','): string[][] => {
  const csv = Buffer.from(text)
  const scanner = new CsvScanner(csv, delimiter)
  const records: string[][] = []
  while (scanner.next()) {
    const cells = Array.from({ length: scanner.cells }, (_, n) => csv.toString('utf8', scanner.from(n), scanner.to(n)))
    records.push(cells.map(valueOf))
  }
  return records
}

const delimiter = fc.constantFrom<ColumnDelimiter>('COMMA', 'TAB', 'PIPE', 'SEMICOLON', 'CARET', 'BACKQUOTE')
const lineEnding = fc.constantFrom<LineEnding>('LF', 'CRLF')
const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom('"', ',', '\n', '\r', '|', 'a')).map((all) => all.join('')),
)

describe('CSV', () => {
  test('that was written comes back, whatever the values, delimiter and line ending', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1 })),
        delimiter,
        lineEnding,
        (records, columnDelimiter, ending) => {
          const text = records.map((values) => csvLine(values, { columnDelimiter, lineEnding: ending })).join('')
          expect(read(text, DELIMITERS[columnDelimiter])).toEqual(records)
        },
      ),
    )
  })

  test.each([
    [
      'plain values and no trimming',
      'a, b ,c\n1,2,3\n',
      [
        ['a', ' b ', 'c'],
        ['1', '2', '3'],
      ],
    ],
    [
      'no line ending at the end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'empty values',
      ',\n"",\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['lines without a character', 'a\n\n\nb\r\n\r\n', [['a'], ['b']]],
    ['a newline in quotes', 'a,"1\n2"\n', [['a', '1\n2']]],
    ['a carriage return within a value', 'a\rb\n', [['a\rb']]],
    ['nothing', '', []],
  ])('is read with %s', (_what, text, records) => {
    expect(read(text)).toEqual(records)
  })

  test.each([
    ['a,b"c\n', 'a quote inside an unquoted value', 0],
    ['x\na,"b" \n', 'characters after a closing quote', 2],
    ['x\n"a\n', 'a quoted value that does not end', 2],
    ['x,y\n"a"b,c\n', 'characters after a closing quote', 4],
  ])('is refused where %j breaks', (text, reason, start) => {
    expect(() => read(text)).toThrow(new CsvFault(reason, start))
    try {
      read(text)
    } catch (error) {
      expect(error).toMatchObject({ start })
    }
  })
})
