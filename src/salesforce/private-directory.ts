import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open } from 'node:fs/promises'
import { MhError } from '../errors.js'

const WINDOWS = process.platform === 'win32'
/** Not there on Windows, where who may read a file is not in its mode either. */
const [NO_FOLLOW, NON_BLOCKING] = WINDOWS ? [0, 0] : [constants.O_NOFOLLOW, constants.O_NONBLOCK]

/** Makes a directory that is this user's alone. One that is there already and is not, or a link, is an error and stays as it is. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const status = await lstat(directory)
  if (!status.isDirectory()) throw unsafe(directory, 'it is not a directory', `rm ${directory}`)
  if (isOpenToOthers(status)) throw unsafe(directory, 'others may read it', `chmod 700 ${directory}`)
  if (isOfAnother(status)) throw unsafe(directory, "it is somebody else's", `rm -r ${directory}`)
}

/**
 * The text of a file that is this user's alone, or undefined where there is none. What is looked at is the file that is then read,
 * whatever its name stands for by then: it is opened without following a link. Throws STATE_FILE_UNSAFE.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  // Without O_NONBLOCK a pipe of that name would hold the reader up for ever.
  const file = await open(path, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO')
      throw unsafe(path, 'it is not a plain file', `rm ${path}`)
    throw error
  })
  if (!file) return undefined
  try {
    checkPrivateFile(path, await file.stat())
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Throws STATE_FILE_UNSAFE for what is no plain file of this user alone. */
export function checkPrivateFile(path: string, status: Stats): void {
  if (!status.isFile()) throw unsafe(path, 'it is not a plain file', `rm ${path}`)
  if (isOpenToOthers(status)) throw unsafe(path, 'others may read it', `chmod 600 ${path}`)
  if (isOfAnother(status)) throw unsafe(path, "it is somebody else's", `rm ${path}`)
}

/** Whether anybody but its owner has a right to a file. */
export function isOpenToOthers(status: Stats): boolean {
  return !WINDOWS && (status.mode & 0o077) !== 0
}

/** What another user has made, they can change. */
function isOfAnother(status: Stats): boolean {
  return !WINDOWS && status.uid !== process.getuid?.()
}

/** STATE_FILE_UNSAFE for a file or directory that is not used because of its rights, with the command that puts it right. */
export function unsafe(path: string, why: string, fix: string): MhError {
  return new MhError('STATE_FILE_UNSAFE', `${path} is not used: ${why}.`, `Run \`${fix}\`, then the command again.`)
}
