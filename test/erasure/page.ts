import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Shown } from './show.js'

const PAGE = join(import.meta.dirname, '../../docs/erasure.md')
/** What is shown stands in a block of its own, below its name. */
const PIECE = /(?<head><!-- shown: (?<name>[\w ]+) -->\n\n```\w*\n)(?<text>[\s\S]*?)(?<end>\n```)/gu

/** What the page shows, by name. */
export function shownOnPage(): Shown {
  const pieces = [...readFileSync(PAGE, 'utf8').matchAll(PIECE)]
  return Object.fromEntries(pieces.map(({ groups }) => [groups?.name ?? '', groups?.text ?? '']))
}

/** Puts into the page what was to be seen. */
export function writePage(shown: Shown): void {
  const page = readFileSync(PAGE, 'utf8').replaceAll(PIECE, (...found: unknown[]) => {
    const { head = '', name = '', end = '' } = found.at(-1) as Record<string, string>
    return `${head}${shown[name] ?? ''}${end}`
  })
  writeFileSync(PAGE, page)
}
