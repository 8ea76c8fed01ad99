import { printable } from './printable.js'

/** What means something to Markdown wherever it stands in a line, and what begins HTML; a _ within a word is only that. */
const SIGNS = /[\\`*[\]<>|~&]|(?<!\w)_|_(?!\w)/gu

/** Text from elsewhere as it is, whatever it means to Markdown. */
export function markdownText(text: string): string {
  return printable(text).replace(SIGNS, '\\$&')
}

/** A command in a line; what it holds means nothing to Markdown. */
export function markdownCode(text: string): string {
  return `\`${printable(text).replaceAll('`', "'")}\``
}

/** A paragraph in lines of 80 columns, each begun with `indent`. */
export function wrapped(text: string, indent = ''): string {
  const width = 80 - indent.length
  const lines = text.split(' ').reduce<string[]>((done, word) => {
    const last = done.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) return [...done, word]
    return [...done.slice(0, -1), `${last} ${word}`]
  }, [])
  return lines.map((line) => indent + line).join('\n')
}

/**
 * A table that can be read as it is written: its columns stand under each other, the first to the left and the others, which are numbers, to the
 * right where not said otherwise.
 */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: readonly number[] = [0],
): string {
  const widths = header.map((name, at) => Math.max(3, name.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const isText = (at: number) => textColumns.includes(at)
  const cell = (text: string, at: number) =>
    isText(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  const rule = widths.map((width, at) => (isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(header), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}
