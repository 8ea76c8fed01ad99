import { lstat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { makePrivateDirectory, unsafe } from '../salesforce/private-directory.js'

/**
 * Where a process keeps its session and what fields there are: `given`, or a directory of this user below the system's
 * temporary one, for a serverless host has no other. Whoever was there first must be ourselves: throws STATE_FILE_UNSAFE.
 */
export async function stateDirectory(given: string | undefined): Promise<string> {
  const user = process.getuid?.()
  const directory = given ?? join(tmpdir(), `mh-sf-${user ?? userInfo().username}`)
  await makePrivateDirectory(directory)
  const { uid } = await lstat(directory)
  if (user !== undefined && uid !== user) throw unsafe(directory, 'it is somebody else’s', `rm -r ${directory}`)
  return directory
}
