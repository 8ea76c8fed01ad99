import { access, constants, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { namesTakenLiterally, pathInLine, timeOfDayOf, timeZoneOf, type Schedule } from '../domain/schedule.js'
import { checkedOrgName } from '../app/named-orgs.js'
import { MhError } from '../errors.js'
import { userName } from './user-name.js'

export interface ScheduleFlags {
  at: string
  'time-zone'?: string
  directory?: string
  log?: string
  'environment-file'?: string
  'target-org'?: string | undefined
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
  const environmentFile = await fileOf('--environment-file', flags['environment-file'])
  const timeZone = timeZoneOf(flags['time-zone'] ?? here)
  const program = pathInLine('this program', join(root, 'bin/run.js'))
  const at = timeOfDayOf(flags.at)
  const { 'target-org': org } = flags
  const paths = { node: pathInLine('node', process.execPath), program, directory, log, environmentFile }
  return {
    at,
    timeZone,
    isForeign: timeZone !== here,
    ...paths,
    user: userName(),
    version,
    ...(org === undefined ? {} : { org: checkedOrgName(org) }),
  }
}

/** What is likely to go wrong at night, though it is no mistake. */
export async function warningsOf(schedule: Schedule, format: 'crontab' | 'systemd' | 'kubernetes'): Promise<string[]> {
  const { directory, environmentFile, program, org } = schedule
  const names = ['.env.local', '.env', 'mh-sf.config.json']
  const found = await Promise.all(names.map((name) => isThere(join(directory, name))))
  return [
    ...(environmentFile === undefined ? [] : await warningsOfFile(environmentFile, format)),
    ...(org !== undefined && format === 'kubernetes' ? [`a container knows no org ${org}: give it the settings`] : []),
    ...(found.includes(true) || environmentFile !== undefined
      ? []
      : [`there is no ${names.join(', ')} in ${directory}: the settings have to come from elsewhere`]),
    ...(/[\\/]_npx[\\/]/u.test(program) ? ['npx keeps mh-sf in a cache that may be emptied: install it first'] : []),
  ]
}

async function warningsOfFile(path: string, format: 'crontab' | 'systemd' | 'kubernetes'): Promise<string[]> {
  const [{ mode }, text] = await Promise.all([stat(path), readFile(path, 'utf8')])
  const literal = format === 'kubernetes' ? namesTakenLiterally(text, parseEnv(text)) : []
  return [
    ...(process.platform !== 'win32' && (mode & 0o007) !== 0
      ? [`everybody on this machine may read ${path}: chmod o= ${path}`]
      : []),
    ...(literal.length === 0
      ? []
      : [`Kubernetes takes quotes and comments as part of a value: in ${path} look at ${literal.join(', ')}`]),
  ]
}

/** A file as an absolute path. Throws USAGE when nobody could read it at night. */
async function fileOf(flag: string, given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined
  const path = pathInLine(flag, resolve(given))
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() && (await isThere(path))) return path
  throw new MhError('USAGE', `${flag}: ${path} is not a file that can be read.`, 'Make it first, or name another one.')
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
