import { MhError } from '../errors.js'

const MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/**
 * "90s", "30m", "2h", "30d" or "4w" as milliseconds; `units` says which of them a flag takes. Throws USAGE naming the flag
 * and an example.
 */
export function durationOf(flag: string, text: string, units: string, example: string): number {
  const [, number, unit = ''] = /^(\d{1,5})([a-z])$/u.exec(text) ?? []
  const size = units.includes(unit) ? MS[unit] : undefined
  if (number !== undefined && size !== undefined) return Number(number) * size
  throw new MhError('USAGE', `${flag} ${text} is not a time.`, `Write it as in ${flag} ${example}.`)
}

/** How long `--wait` says to wait; undefined leaves it to the default. */
export function waitOf(typed: string | undefined): number | undefined {
  return typed === undefined ? undefined : durationOf('--wait', typed, 'smh', '90s, --wait 30m or --wait 2h')
}
