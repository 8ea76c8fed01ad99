import { writeFile } from 'node:fs/promises'
import { MhError } from '../errors.js'

/**
 * Writes a report for whoever may read files here: it names nobody. Throws USAGE where something is there that is not to be replaced,
 * or where nothing can be written.
 */
export async function writeReportFile(path: string, text: string, replace: boolean): Promise<void> {
  await writeFile(path, text, { flag: replace ? 'w' : 'wx' }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'EEXIST')
      throw new MhError('USAGE', `${path} is there already.`, 'Give another name, or --force to replace it.')
    throw new MhError('USAGE', `${path} cannot be written: ${code}.`, 'Check the directory and its rights.')
  })
}
