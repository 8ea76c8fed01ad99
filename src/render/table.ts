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
 * Rows in columns without lines: `widths` are those of all columns but the last, which has the rest of 80. Long text wraps. Columns
 * in `numbers`, counted from 0, end at the right.
 */
export function table(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  numbers: readonly number[] = [],
): string {
  const rest = WIDTH - widths.reduce((sum, width) => sum + GAP + width, GAP)
  const columns = [...widths, rest]
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
