import { writePage } from './page.js'
import { showErasure } from './show.js'

/** Runs `npm run erasure:page`: erases one person on the playground and writes what was to be seen into docs/erasure.md. */
export async function main(): Promise<number> {
  const { shown } = await showErasure()
  writePage(shown)
  return 0
}
