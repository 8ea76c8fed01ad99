import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { MhError } from '../errors.js'
import { count } from '../render/printable.js'
import type { Control } from './playground-control.js'

/** Enough of a file to see what it is. */
const PEEK_BYTES = 65_536

/** Loads a file into the org: JSON, or NDJSON as dump writes it; `-` is NDJSON on stdin. How many records of each object. */
export async function seedFile({ send }: Control, path: string): Promise<Record<string, number>> {
  const type = path === '-' ? 'application/x-ndjson' : await typeOf(path)
  const input = path === '-' ? process.stdin : createReadStream(path)
  const answer = await send('/seed', type, Readable.toWeb(input) as ReadableStream)
  return (answer as { loaded: Record<string, number> }).loaded
}

/** A first line that is a record by itself begins NDJSON. Throws USAGE for a file that cannot be read. */
async function typeOf(path: string): Promise<string> {
  const start = await peek(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MhError('USAGE', `${path} cannot be read: ${reason}.`, 'Give a file of JSON or NDJSON, or - for stdin.')
  })
  return /^\s*\{\s*"attributes"/u.test(start) ? 'application/x-ndjson' : 'application/json'
}

async function peek(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0)
    return buffer.subarray(0, bytesRead).toString()
  } finally {
    await file.close()
  }
}

/** The records of one object, or of all, as NDJSON. */
export function dumpPath(object: string | undefined): string {
  return object === undefined ? '/dump' : `/dump/${encodeURIComponent(object)}`
}

/** A dump as one list. */
export async function dumpRecords(pieces: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

/** How much of what was loaded. */
export function loadedText(loaded: Record<string, number>): string {
  const parts = Object.entries(loaded).map(([object, number]) => `${count(number)} ${object}`)
  return parts.length === 0 ? 'Nothing to load.' : `Loaded ${parts.join(', ')}.`
}
