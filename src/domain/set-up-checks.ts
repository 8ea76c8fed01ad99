import { failOf, fail, pass, warn, type Judged } from './check.js'
import type { ChannelReading, DoctorFacts, FilesReading, NightsReading, SecretStoreReading } from './doctor-facts.js'

/** The oldest Node it runs on. */
const NODE = [20, 19] as const
const HOUR_MS = 3_600_000
const MEGABYTE = 1_000_000
const LITTLE_BYTES = 500 * MEGABYTE
const NO_BYTES = 20 * MEGABYTE

/** Whether it runs on this Node. */
export function nodeCheck(version: string): Judged {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1])
  return isNew
    ? pass(`version ${version}.`)
    : fail(`version ${version} is older than mh-sf runs on.`, `Install Node ${NODE.join('.')} or newer.`)
}

/** The names of what `filesChecks` looks at. */
export const FILES_CHECKS = ['files', 'disk', 'secrets'] as const

/** Whether there is room for what we keep, and for nobody else's eyes. */
export function filesChecks({ directory, notWritable, freeBytes, open }: FilesReading): Judged[] {
  const [worst] = [...open].sort((a, b) => Number(b.refused) - Number(a.refused))
  const free = `${Math.floor(freeBytes / MEGABYTE).toLocaleString('en-US')} MB are free.`
  const room = 'Make room on that disk: rows of Bulk jobs lie there until their job is settled.'
  return [
    notWritable === undefined
      ? pass(`${directory} can be written to.`)
      : fail(
          `${directory} cannot be written to (${notWritable}).`,
          `Give it to this user: sudo chown -R "$USER" ${directory}`,
        ),
    freeBytes < NO_BYTES ? fail(free, room) : freeBytes < LITTLE_BYTES ? warn(free, room) : pass(free),
    worst === undefined
      ? pass('nobody else may read keys and sessions.')
      : (worst.refused ? fail : warn)(`others may read ${worst.path}.`, open.map(({ fix }) => fix).join(' && ')),
  ]
}

/** Whether logins can be kept where they are to be. */
export function secretStoreCheck({ asked, used, why, isBroken }: SecretStoreReading): Judged {
  if (why === undefined)
    return pass(
      used === 'keychain'
        ? 'logins are sealed; the keychain keeps the key.'
        : 'logins are kept in files of this user alone.',
    )
  const fix = 'Unlock the keychain, or set MH_SF_SECRET_STORE=file (docs/logins.md) and log in again'
  if (asked === 'keychain') return fail(`the keychain is demanded and does not help: ${why}.`, fix)
  const instead = 'logins are kept in files of this user alone'
  return isBroken ? warn(`the keychain does not help: ${why}; ${instead}.`, fix) : pass(`${instead}: ${why}.`)
}

/** Whether the environment has names that were meant for us and mean nothing. */
export function namesCheck(strange: DoctorFacts['strangeNames']): Judged {
  const [first] = strange
  if (first === undefined) return pass('no name that looks like a setting and is none.')
  const names = strange.map(({ name }) => name).join(', ')
  const meant = strange.flatMap(({ name, suggestion }) => (suggestion ? [`${name} is probably ${suggestion}`] : []))
  return warn(
    `${names} ${strange.length === 1 ? 'is no setting' : 'are no settings'}.`,
    meant.length > 0 ? `Rename what is set: ${meant.join('; ')}` : 'docs/configuration.md has every name',
  )
}

/** Whether a night went well lately. */
export function nightsCheck({ lastAt, lastGoodAt }: NightsReading, now: Date, hours: number): Judged {
  if (lastAt === undefined)
    return warn('no night has run yet.', 'mh-sf nightly schedule prints what starts it every day')
  const age = (now.getTime() - (lastGoodAt ?? new Date(0)).getTime()) / HOUR_MS
  if (age <= hours) return pass(`the last good night was ${Math.round(age)} h ago.`)
  const started = now.getTime() - lastAt.getTime() <= hours * HOUR_MS
  return started
    ? warn(
        `no night of the last ${hours} h went well.`,
        'mh-sf errors says what went wrong; mh-sf runs list which nights',
      )
    : warn(`no night began in the last ${hours} h.`, 'Is what starts it still there? mh-sf nightly schedule prints it')
}

/** Whether anybody is told, and can be: a channel that is set wrong tells nobody. */
export function channelsCheck(channels: readonly ChannelReading[]): Judged {
  const [wrong] = channels.flatMap((each) => each.wrong ?? [])
  if (wrong) return failOf(wrong)
  if (channels.length > 0) return pass(`told by ${channels.map(({ name }) => name).join(', ')}.`)
  return warn(
    'nobody is told when something goes wrong.',
    'Set SLACK_WEBHOOK_URL, ALERT_WEBHOOK_URL or SMTP_URL (docs/alerts.md), then: mh-sf alerts test',
  )
}
