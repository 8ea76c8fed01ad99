import type { RunEnd } from '../domain/run.js'
import type { MhError } from '../errors.js'
import type { SyncResult } from './campaign-sync.js'
import { endOf } from './run.js'

/** The first event that could not be done, else write-back: what of a sync did not come to its end. */
export function errorIn(result: SyncResult): MhError | undefined {
  return errorsIn(result)[0]
}

/** A job that goes on in the org, if one does: then not all is done, and nothing of it failed. */
export function stillRunning(result: SyncResult): MhError | undefined {
  return errorsIn(result).find(({ code }) => code === 'SF_JOB_RUNNING')
}

/** Whether anything of it did not go well, though it came to its end. */
export function hasFailures(result: SyncResult): boolean {
  const { events, contacts, leads } = result
  const members = events.map((each) => each.members?.failed ?? {})
  const groups: object[] = [
    ...members,
    contacts && 'report' in contacts ? contacts.report.failed : {},
    leads?.failed ?? {},
  ]
  return errorIn(result) !== undefined || groups.some((failed) => Object.keys(failed).length > 0)
}

/** How it is written down: with the code of what ended it, or of an event of it. */
export function endOfSync(result: SyncResult): Omit<RunEnd, 'spent'> {
  const end = endOf(result.stopped ?? stillRunning(result), hasFailures(result))
  const code = end.code ?? errorIn(result)?.code
  return code === undefined ? end : { ...end, code }
}

function errorsIn({ events, contacts }: SyncResult): MhError[] {
  return [...events.flatMap(({ error }) => error ?? []), ...(contacts && 'error' in contacts ? [contacts.error] : [])]
}
