import { Readable } from 'node:stream'

/** columnDelimiter of a job and the character it stands for (bulk2.md §2). */
export const DELIMITERS = {
  COMMA: ',',
  BACKQUOTE: '`',
  CARET: '^',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
} as const

/** lineEnding of a job and the characters it stands for. */
export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const

export type ColumnDelimiter = keyof typeof DELIMITERS
export type LineEnding = keyof typeof LINE_ENDINGS

/** How the CSV of a job is written. */
export interface CsvDialect {
  readonly columnDelimiter: ColumnDelimiter
  readonly lineEnding: LineEnding
}

/** A value as results print it: always quoted; null and empty look the same (bulk2.md §8). */
export const quoted = (value: string | null): string =>
  value === null ? '""' : value.includes('"') ? `"${value.replaceAll('"', '""')}"` : `"${value}"`

/** One line of quoted values with its ending. */
export const csvLine = (values: readonly (string | null)[], dialect: CsvDialect): string =>
  values.map(quoted).join(DELIMITERS[dialect.columnDelimiter]) + LINE_ENDINGS[dialect.lineEnding]

const CHUNK_CHARACTERS = 64 * 1024

function* pieces(lines: Iterable<string>): Generator<string> {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < CHUNK_CHARACTERS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** Lines gathered into pieces worth a write each and made as fast as the reader takes them: never held as one text. */
export const streamed = (lines: Iterable<string>): Readable => Readable.from(pieces(lines))
