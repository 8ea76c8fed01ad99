import { access, constants, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathInLine, timeOfDayOf, timeZoneOf, type Schedule } from '../domain/schedule.js'
import { MhError } from '../errors.js'
import { userName } from './user-name.js'

export interface ScheduleFlags {
  at: string
  'time-zone'?: string
  directory?: string
  log?: string
}

/** What a scheduler has to be told on this machine, as the flags say. Throws USAGE for what cannot be so. */
export async function scheduleOf(
  flags: ScheduleFlags,
  { root, version }: { root: string; version: string },
): Promise<Schedule> {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  const directory = pathInLine('--directory', resolve(flags.directory ?? '.'))
  const log = pathInLine('--log', resolve(flags.log ?? join(directory, 'mh-sf-nightly.log')))
  await mustBeDirectory('--directory', directory)
  await mustBeDirectory('--log', dirname(log))
  const timeZone = timeZoneOf(flags['time-zone'] ?? here)
  const program = pathInLine('this program', join(root, 'bin/run.js'))
  const at = timeOfDayOf(flags.at)
  const paths = { node: pathInLine('node', process.execPath), program, directory, log }
  return { at, timeZone, isForeign: timeZone !== here, ...paths, user: userName(), version }
}

/** What is likely to go wrong at night, though it is no mistake. */
export async function warningsOf({ directory, program }: Schedule): Promise<string[]> {
  const names = ['.env.local', '.env', 'mh-sf.config.json']
  const found = await Promise.all(names.map((name) => isThere(join(directory, name))))
  return [
    ...(found.includes(true)
      ? []
      : [`there is no ${names.join(', ')} in ${directory}: the settings have to come from elsewhere`]),
    ...(/[\\/]_npx[\\/]/u.test(program) ? ['npx keeps mh-sf in a cache that may be emptied: install it first'] : []),
  ]
}

async function mustBeDirectory(flag: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new MhError('USAGE', `${flag}: ${path} is not a directory.`, 'Make it first, or name another one.')
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
}
