import { ObjectId, type Document, type Filter } from 'mongodb'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import { mailboxOf, mailboxPattern } from '../domain/mailbox.js'
import type { Participant } from '../domain/person.js'
import { asError, type Database } from './database.js'
import { HAS_OBJECT_ID } from './object-ids.js'
import { PROJECTION, toParticipant } from './participant-document.js'

/** By what the platform's documents of one person are found. */
export interface PersonKeys {
  emails: readonly NormalEmail[]
  participantIds: readonly string[]
  /** Contacts and Leads that they are linked to. */
  recordIds: readonly string[]
}

/** A document of the platform about the person, deleted ones too. */
export type PersonDocument = Participant & { deleted: boolean }

/** The participants of one person: under any spelling of the addresses, by id, or linked to one of the records. */
export async function readPersonDocuments(
  { db, host }: Database,
  { emails, participantIds, recordIds }: PersonKeys,
): Promise<PersonDocument[]> {
  const ids = participantIds.filter((id) => ObjectId.isValid(id)).map((id) => new ObjectId(id))
  const any: Document[] = [
    { email: { $in: [...emails] } },
    ...emails.map((each) => ({ email: { $regex: mailboxPattern(each), $options: 'i' } })),
    { _id: { $in: ids } },
    { 'salesforce.contactId': { $in: [...recordIds] } },
    { 'salesforce.leadId': { $in: [...recordIds] } },
  ]
  const asked = any.filter((each) => !isEmptyList(each))
  if (asked.length === 0) return []
  const filter = { ...HAS_OBJECT_ID, $or: asked } as Filter<Document>
  const found = await db
    .collection('participants')
    .find(filter, { projection: { ...PROJECTION, deletedAt: 1 } })
    .sort({ _id: 1 })
    .toArray()
    .catch((error: unknown) => {
      throw asError(error, host)
    })
  const mailboxes = new Set(emails.map(mailboxOf))
  const [known, linked] = [new Set(participantIds), new Set(recordIds)]
  const people = found.map((raw) => ({ ...toParticipant(raw), deleted: (raw.deletedAt ?? null) !== null }))
  return people.filter(({ id, storedEmail, current: { contactId = '', leadId = '' } }) => {
    const address = normaliseEmail(storedEmail)
    return (
      known.has(id) ||
      linked.has(contactId) ||
      linked.has(leadId) ||
      (address.ok && mailboxes.has(mailboxOf(address.email)))
    )
  })
}

function isEmptyList(condition: Document): boolean {
  return Object.values(condition).some((each: unknown) => {
    return (
      typeof each === 'object' && each !== null && '$in' in each && Array.isArray(each.$in) && each.$in.length === 0
    )
  })
}
