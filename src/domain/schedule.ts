import { MhError } from '../errors.js'

/** When a night begins, on the clock of its time zone. */
export interface TimeOfDay {
  hour: number
  minute: number
}

/** Everything that a scheduler has to be told, with absolute paths: its own directory and PATH are other ones. */
export interface Schedule {
  at: TimeOfDay
  /** An IANA name, as `Europe/Berlin`. */
  timeZone: string
  /** Whether that is another one than the machine's. */
  isForeign: boolean
  /** Node itself, and the file that it runs. */
  node: string
  program: string
  /** Where `.env.local` and `mh-sf.config.json` are. */
  directory: string
  /** A file of `NAME=value` lines that the night's environment comes from; nothing else is needed without one. */
  environmentFile?: string
  /** What the night says is added to this file. */
  log: string
  user: string
  version: string
  /** The org of this name; without one that of the settings. A container knows no names. */
  org?: string
}

/** "02:30" as hour and minute. Throws USAGE. */
export function timeOfDayOf(text: string): TimeOfDay {
  const [, hour = '', minute = ''] = /^([01]?\d|2[0-3]):([0-5]\d)$/u.exec(text) ?? []
  if (minute !== '') return { hour: Number(hour), minute: Number(minute) }
  throw new MhError('USAGE', `--at ${text} is not a time of day.`, 'Write it with hour and minute, as in --at 02:30.')
}

/** An IANA time zone in its own spelling. Throws USAGE. */
export function timeZoneOf(text: string): string {
  // "+02:00" is a zone to Intl, and none to cron, systemd and Kubernetes.
  if (/^[A-Za-z]/u.test(text)) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
    } catch {
      // Told below.
    }
  }
  throw new MhError(
    'USAGE',
    `--time-zone ${text} is not a time zone.`,
    'Use a name of the IANA database, as in --time-zone Europe/Berlin.',
  )
}

/** A path that may stand in a line of a table of jobs. Throws USAGE for one that would end the line. */
export function pathInLine(flag: string, path: string): string {
  if (!/\p{Cc}/u.test(path)) return path
  throw new MhError('USAGE', `${flag}: the path has a control character in it.`, 'Use another directory or file.')
}

/**
 * The names of an environment file whose value Kubernetes would take as it is written there, with its quotes or comment, where Node and
 * systemd take it without; `parsed` is what Node makes of `text`. (`kubectl create secret --from-env-file`: "quotation marks are not
 * seen as special characters".)
 */
export function namesTakenLiterally(text: string, parsed: Readonly<Record<string, string | undefined>>): string[] {
  const literal = new Map(
    text.split(/\r?\n/u).flatMap((line) => {
      const at = line.indexOf('=')
      return at > 0 && !line.trimStart().startsWith('#') ? [[line.slice(0, at), line.slice(at + 1)]] : []
    }),
  )
  const names = Object.keys(parsed).filter((name) => /^[A-Z_a-z]\w*$/u.test(name))
  return names.filter((name) => literal.get(name) !== parsed[name])
}
