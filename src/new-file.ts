import { randomBytes } from 'node:crypto'
import { chmod, lstat, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MhError } from './errors.js'

/** How a file that somebody named is written. */
export interface Writing {
  /** Whether a file that is there already may be replaced; absent where nothing ever is. */
  replace?: boolean
  /** Whether only its owner may read it: it holds personal data. */
  private: boolean
  /** Whether one that is replaced goes on having the rights that it had. */
  keepRights?: boolean
}

const PRIVATE = 0o600
const ORDINARY = 0o666

/**
 * Writes a file that somebody named, whole or not at all. A link is never followed, and what is no plain file never replaced; a plain
 * file only where that was said. Throws USAGE, naming the path.
 */
export async function writeNewFile(path: string, content: string | Uint8Array, how: Writing): Promise<void> {
  const mode = how.private ? PRIVATE : ORDINARY
  await (how.replace ? replaced(path, content, mode, how.keepRights ?? false) : made(path, content, mode)).catch(
    (error: unknown) => {
      throw notWritten(path, how.replace, error)
    },
  )
}

/** To be asked before the work whose result is to go there: throws USAGE when something is there that is not to be replaced. */
export async function checkNewFile(path: string, replace: boolean | undefined): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  if (!there) return
  if (!replace) throw thereAlready(path, replace)
  if (!there.isFile()) throw noPlainFile(path)
}

/** With O_EXCL a link counts as what is there, wherever it leads (open(2)). */
async function made(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await writeFile(path, content, { flag: 'wx', mode })
}

/** Written beside it and renamed, which takes the place of the name itself: also of a link that somebody puts there meanwhile. */
async function replaced(path: string, content: string | Uint8Array, mode: number, keepRights: boolean): Promise<void> {
  await checkNewFile(path, true)
  const there = keepRights ? await lstat(path).catch(() => undefined) : undefined
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    await made(beside, content, mode)
    if (there) await chmod(beside, there.mode & 0o777)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

function notWritten(path: string, replace: boolean | undefined, error: unknown): MhError {
  if (error instanceof MhError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (code === 'EEXIST') return thereAlready(path, replace)
  return new MhError('USAGE', `${path} cannot be written: ${code}.`, 'Check the directory and its rights.')
}

function thereAlready(path: string, replace: boolean | undefined): MhError {
  const orElse = replace === undefined ? '' : ', or --force to replace it'
  return new MhError('USAGE', `${path} is there already.`, `Give another name${orElse}.`)
}

function noPlainFile(path: string): MhError {
  return new MhError('USAGE', `${path} is not a plain file, and is not replaced.`, 'Give another name.')
}
