import { MhError } from '../errors.js'
import { DURATION_FORM, parseDuration } from '../playground/control/duration.js'

/** What was typed, as a change of the clock: `+2h`, a time, `freeze`, `run` or `reset`. Throws USAGE for anything else. */
export function clockChange(typed: string): Record<string, unknown> {
  if (typed === 'freeze') return { freeze: true }
  if (typed === 'run') return { freeze: false }
  if (typed === 'reset') return { reset: true }
  if (parseDuration(typed) !== undefined) return { advance: typed }
  if (/^\d{4}-\d{2}-\d{2}/u.test(typed) && !Number.isNaN(Date.parse(typed))) return { set: typed }
  const hint = `Write a duration ${DURATION_FORM}, a time as 2027-01-31T12:00:00Z, or freeze, run or reset.`
  throw new MhError('USAGE', `The clock cannot be moved by "${typed}".`, hint)
}
