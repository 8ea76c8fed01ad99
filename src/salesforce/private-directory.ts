import type { Stats } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { MhError } from '../errors.js'

const WINDOWS = process.platform === 'win32'

/** Makes a directory that is this user's alone. One that is there already and is not, or a link, is an error and stays as it is. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const status = await lstat(directory)
  if (!status.isDirectory()) throw unsafe(directory, 'it is not a directory', `rm ${directory}`)
  if (isOpenToOthers(status)) throw unsafe(directory, 'others may read it', `chmod 700 ${directory}`)
}

/** Whether anybody but its owner has a right to a file. */
export function isOpenToOthers(status: Stats): boolean {
  return !WINDOWS && (status.mode & 0o077) !== 0
}

/** STATE_FILE_UNSAFE for a file or directory that is not used because of its rights, with the command that puts it right. */
export function unsafe(path: string, why: string, fix: string): MhError {
  return new MhError('STATE_FILE_UNSAFE', `${path} is not used: ${why}.`, `Run \`${fix}\`, then the command again.`)
}
