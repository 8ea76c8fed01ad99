import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything that a page loads, by its name. */
const TYPES = {
  'dashboard.css': 'text/css; charset=utf-8',
  'dashboard.js': 'text/javascript; charset=utf-8',
  'mark.svg': 'image/svg+xml',
} as const

export interface Asset {
  type: string
  body: string
}

/** The files beside this one, read once. */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const entries = Object.entries(TYPES).map(async ([name, type]): Promise<[string, Asset]> => {
    const body = await readFile(join(import.meta.dirname, 'assets', name), 'utf8')
    return [name, { type, body }]
  })
  return new Map(await Promise.all(entries))
}
