import { constants } from 'node:fs'
import { access, lstat, readdir, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FilesReading } from '../domain/doctor-facts.js'
import { isOpenToOthers } from '../salesforce/private-directory.js'
import { keyRightsFix } from '../salesforce/private-key.js'

/** What there is of files: whether sessions can be kept in `sessions`, how much room there is, and who may read what is secret. */
export async function readFiles(
  sessions: string,
  privateKeyPath: string | undefined,
  secretFiles: readonly string[],
): Promise<FilesReading> {
  const directory = dirname(sessions)
  const there = await nearest(directory)
  const [notWritable, { bavail, bsize }, names] = await Promise.all([
    access(there, constants.W_OK).then(() => undefined, codeOf),
    statfs(there),
    readdir(sessions).catch((): string[] => []),
  ])
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(sessions, name))
  const open = await Promise.all([
    openFile(sessions, 'chmod 700', true),
    ...[...files, join(directory, 'orgs.json')].map((path) => openFile(path, 'chmod 600', true)),
    ...secretFiles.map((path) => openFile(path, 'chmod 600', false)),
    ...(privateKeyPath === undefined ? [] : [openKey(privateKeyPath)]),
  ])
  return { directory, notWritable, freeBytes: bavail * bsize, open: open.flatMap((each) => each ?? []) }
}

/** The directory, or what it would be made in. */
async function nearest(directory: string): Promise<string> {
  const isThere = await lstat(directory).then(
    () => true,
    () => false,
  )
  return isThere || dirname(directory) === directory ? directory : nearest(dirname(directory))
}

/** `refused`: the tool does not use it as it is. */
async function openFile(path: string, command: string, refused: boolean) {
  const status = await (refused ? lstat : stat)(path).catch(() => undefined)
  return status && isOpenToOthers(status) ? { path, fix: `${command} ${path}`, refused } : undefined
}

/** A key is used through a link, as secrets are mounted. */
async function openKey(path: string) {
  const status = await stat(path).catch(() => undefined)
  const fix = status && keyRightsFix(path, status, process.getuid?.())
  return process.platform === 'win32' || fix === undefined ? undefined : { path, fix, refused: true }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
