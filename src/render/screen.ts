import { clearScreenDown, cursorTo } from 'node:readline'

/** Shows a text in place of the one before on a terminal; elsewhere after it, with an empty line between. */
export function screen(text: string): void {
  if (!process.stdout.isTTY) {
    process.stdout.write(`${text}\n\n`)
    return
  }
  cursorTo(process.stdout, 0, 0)
  clearScreenDown(process.stdout)
  process.stdout.write(`${text}\n`)
}
