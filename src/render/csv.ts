import { stringify } from 'csv-stringify/sync'
import { printableLines } from './printable.js'

/** What a cell may hold; undefined leaves it empty. */
export type CsvCell = string | number | boolean | Date | undefined

/**
 * A spreadsheet would take a text that begins so for a formula, behind white space too, which some of them drop: OWASP's list
 * (https://owasp.org/www-community/attacks/CSV_Injection) with the signs of full width.
 */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/u

/**
 * A table to be opened in a spreadsheet (RFC 4180): lines end with CR and LF, and a byte order mark says that it is UTF-8, without which
 * Excel takes it for a Windows code page. Control and bidi characters are left out, as on a terminal. A text that would be a formula is preceded by an apostrophe; numbers are ours and stay
 * numbers, below 0 too. Times are ISO 8601 in UTC. Not for Salesforce, which is given what it is to keep.
 */
export function csv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return stringify([header, ...rows], {
    bom: true,
    record_delimiter: '\r\n',
    // Half of the delimiter ends a line too, to those who read.
    quoted_match: /[\r\n]/u,
    cast: { string: harmless, boolean: (value) => (value ? 'yes' : 'no'), date: (value) => value.toISOString() },
  })
}

function harmless(text: string): string {
  const plain = printableLines(text)
  return FORMULA.test(plain) ? `'${plain}` : plain
}
