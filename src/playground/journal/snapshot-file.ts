import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { frameHead, readFrames } from './frame.js'
import { JournalError } from './journal-error.js'

const END = new Uint8Array(0)

/**
 * Writes a file of frames that is there whole or not at all: under another name first, synced, then renamed. An empty
 * frame says that nothing is missing.
 */
export async function writeSnapshot(path: string, payloads: Iterable<Uint8Array>, beforeItCounts: () => Promise<void>) {
  const draft = `${path}.new`
  try {
    const bytes = await writeDraft(draft, payloads)
    await beforeItCounts()
    await rename(draft, path)
    await syncDirectory(dirname(path))
    return bytes
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function writeDraft(path: string, payloads: Iterable<Uint8Array>): Promise<number> {
  await rm(path, { force: true })
  const file = await open(path, 'wx', 0o600)
  try {
    let [count, bytes] = [0, 0]
    const add = async (payload: Uint8Array) => {
      const frame = Buffer.concat([frameHead(payload, count++), payload])
      await file.appendFile(frame)
      bytes += frame.length
    }
    for (const payload of payloads) await add(payload)
    await add(END)
    await file.sync()
    return bytes
  } finally {
    await file.close()
  }
}

/** Reads a file that `writeSnapshot` made; returns its size. Throws JournalError when it is not whole. */
export async function readSnapshot(path: string, take: (payload: Buffer, number: number) => void): Promise<number> {
  let lastLength = 1
  const { end, isTorn } = await readFrames(path, (payload, number) => {
    lastLength = payload.length
    if (lastLength > 0) take(payload, number)
  })
  if (isTorn || lastLength > 0) throw new JournalError(path, end, 'its end is missing')
  return end
}

/** Makes names of files that were made, renamed or removed as durable as the files. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows has no way to do it, and needs none.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
