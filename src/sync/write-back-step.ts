import type { FieldDetails } from '../domain/write-back.js'
import type { MhError } from '../errors.js'
import {
  decideContacts,
  tellContacts,
  type ContactPeople,
  type DecidedContacts,
  type WriteBackReport,
  type WriteBackTools,
} from './push-contacts.js'
import { whyStopped } from './why-stopped.js'

/** What is owed to Contacts, or why that cannot be said. */
export type DecidedBack = DecidedContacts | { error: MhError }

/** What became of write-back, or why it did not happen. */
export type WrittenBack = { report: WriteBackReport } | { error: MhError }

/** Decides before anything is sent, so that the plan of a sync is whole; an error of it does not stop the events. */
export async function decideBack(
  tools: WriteBackTools,
  fields: ReadonlyMap<string, FieldDetails>,
  contacts: readonly ContactPeople[],
): Promise<DecidedBack> {
  return decideContacts(tools, fields, contacts).catch((error: unknown) => ({ error: whyStopped(error, tools.signal) }))
}

/** Contacts are told what their people did; an error of it does not undo what the events have. */
export async function writeBack(tools: WriteBackTools, back: DecidedBack, dryRun: boolean): Promise<WrittenBack> {
  if ('error' in back) return back
  return tellContacts(tools, back, dryRun).then(
    (report) => ({ report }),
    (error: unknown) => ({ error: whyStopped(error, tools.signal) }),
  )
}
