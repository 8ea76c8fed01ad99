import Table from 'cli-table3'
import stringWidth from 'string-width'

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '  ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

const WIDTH = 80
const GAP = NO_LINES.left.length

/**
 * Rows in columns without lines: `widths` are those of all columns but the last, which has the rest of 80. Long text wraps between its
 * words; a column gives of its room to one whose word would not fit. Columns in `numbers`, counted from 0, end at the right.
 */
export function table(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  numbers: readonly number[] = [],
): string {
  const rest = WIDTH - widths.reduce((sum, width) => sum + GAP + width, GAP)
  const columns = fitting(rows, [...widths, rest])
  const made = new Table({
    chars: NO_LINES,
    colWidths: columns,
    colAligns: columns.map((_, at) => (numbers.includes(at) ? 'right' : 'left')),
    wordWrap: true,
    wrapOnWordBoundary: true,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  made.push(...rows.map((row) => row.map((cell, index) => broken(cell, columns[index] ?? rest))))
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

interface Column {
  width: number
  /** Of each word, and of its longest line. */
  words: readonly number[]
  line: number
  /** What it keeps when another one needs more. */
  least: number
}

/** The widths, changed as little as will do for every word to fit in a line for which there is room. */
function fitting(rows: readonly (readonly string[])[], widths: readonly number[]): number[] {
  const columns = widths.map((width, at) =>
    columnOf(
      rows.map((row) => row[at] ?? ''),
      width,
    ),
  )
  for (const column of columns) {
    const others = columns.filter((each) => each !== column)
    const room = others.reduce((sum, { width, least }) => sum + Math.max(0, width - least), 0)
    const wanted = most(column.words.filter((word) => word <= column.width + room))
    // First what is empty, and only then what makes text wrap more often.
    for (const kept of ['line', 'least'] as const) {
      for (const other of others) {
        const given = Math.max(0, Math.min(wanted - column.width, other.width - other[kept]))
        other.width -= given
        column.width += given
      }
    }
  }
  return columns.map(({ width }) => width)
}

function columnOf(cells: readonly string[], width: number): Column {
  const words = cells.flatMap((cell) => cell.split(/\s+/u)).map((word) => stringWidth(word))
  const line = widest(cells.flatMap((cell) => cell.split('\n')))
  const longest = most(words.filter((word) => word <= width))
  return { width, words, line, least: Math.min(line, Math.max(longest, Math.ceil(width / 2))) }
}

function widest(texts: readonly string[]): number {
  return most(texts.map((text) => stringWidth(text)))
}

/** A long table has more words than a function takes arguments. */
function most(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.max(one, other), 0)
}

/** A word longer than its column goes on in the next line: cut off, two addresses could look the same. A coloured word is one of ours, and short. */
function broken(cell: string, width: number): string {
  if (cell.includes('\u001b')) return cell
  return cell.replace(/\S+/gu, (word) => (stringWidth(word) > width ? piecesOf(word, width).join('\n') : word))
}

/** A word in pieces that fit: a letter of Chinese, of Japanese or of Korean takes two columns, a combining one none. */
function piecesOf(word: string, width: number): string[] {
  const pieces = ['']
  for (const letter of word) {
    const longer = `${pieces.at(-1) ?? ''}${letter}`
    if (stringWidth(longer) > width) pieces.push(letter)
    else pieces[pieces.length - 1] = longer
  }
  return pieces
}
