import { ObjectId, type Document } from 'mongodb'
import { z } from 'zod'
import type { Answer, ConsentFacts } from '../domain/consent.js'
import type { LeadFacts } from '../domain/lead-choice.js'
import { asError, type Database } from './database.js'

const id = z.instanceof(ObjectId).transform((value) => value.toHexString())
const date = z.date().optional().catch(undefined)
const text = z.string().optional().catch(undefined)
/** A consent that is there and cannot be read is no yes, and may have been a no. */
const record = z
  .object({ given: z.boolean(), at: date, source: text })
  .nullish()
  .catch({ given: false })
  .transform((consent) => consent ?? undefined)
const participant = z.object({
  _id: id,
  userId: id.optional().catch(undefined),
  customResponses: z.record(z.string(), z.unknown()).catch({}),
  registeredEvents: z.array(z.unknown()).catch([]),
  salesforce: z.object({ consent: record }).optional().catch(undefined),
})
const registration = z.object({ eventId: id, registrationDate: date })
const user = z.object({
  _id: id,
  company: text,
  banned: z.boolean().catch(false),
  deletedAt: z.unknown().optional(),
  updatedAt: date,
  notificationPreferences: z
    .object({ newsletter: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

const PARTICIPANT = {
  userId: 1,
  customResponses: 1,
  'registeredEvents.eventId': 1,
  'registeredEvents.registrationDate': 1,
  'salesforce.consent': 1,
}
const USER = { company: 1, banned: 1, deletedAt: 1, updatedAt: 1, 'notificationPreferences.newsletter': 1 }

/**
 * What the platform holds about people who might become Leads, by participant: consent wherever it may be recorded, the
 * company they state (in the account, or as the answer to `companyQuestion`), and whether the account is banned. Who has
 * gone since is not there.
 */
export async function readLeadFacts(
  database: Database,
  participantIds: readonly string[],
  companyQuestion: string | undefined,
): Promise<Map<string, LeadFacts>> {
  const people = (await find(database, 'participants', participantIds, PARTICIPANT, { deletedAt: null })).map((raw) =>
    participant.parse(raw),
  )
  const userIds = people.flatMap(({ userId }) => userId ?? [])
  const users = (await find(database, 'users', userIds, USER)).map((raw) => user.parse(raw))
  const byId = new Map(users.map((each) => [each._id, each]))
  return new Map(people.map((each) => [each._id, factsOf(each, byId.get(each.userId ?? ''), companyQuestion)]))
}

function factsOf(
  person: z.infer<typeof participant>,
  account: z.infer<typeof user> | undefined,
  companyQuestion: string | undefined,
): LeadFacts {
  const answers = answersOf(person)
  const consent: ConsentFacts = { record: person.salesforce?.consent, answers }
  const newsletter = account?.notificationPreferences?.newsletter
  // The platform keeps no time of the choice; it is not younger than the last change of the account.
  if (newsletter !== undefined) consent.newsletter = { given: newsletter, at: account?.updatedAt }
  const stated = answers.find(({ question }) => question === companyQuestion)?.value
  const company = [account?.company, stated].find((each) => typeof each === 'string' && each.trim() !== '')
  const banned = account?.banned === true || (account?.deletedAt ?? null) !== null
  return { consent, banned, ...(typeof company === 'string' ? { company } : {}) }
}

/** `customResponses` is keyed by question, or by event and then by question (platform.md). */
function answersOf({ customResponses, registeredEvents }: z.infer<typeof participant>): Answer[] {
  const times = new Map(
    registeredEvents.flatMap((raw) => {
      const parsed = registration.safeParse(raw)
      return parsed.success ? [[parsed.data.eventId, parsed.data.registrationDate] as const] : []
    }),
  )
  return Object.entries(customResponses).flatMap(([key, value]): Answer[] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ question: key, value }]
    const at = times.get(key)
    return Object.entries(value as Record<string, unknown>).map(([question, answer]) => ({
      question,
      value: answer,
      ...(at ? { at } : {}),
    }))
  })
}

async function find(
  { db, host }: Database,
  collection: string,
  ids: readonly string[],
  projection: Document,
  also: Document = {},
): Promise<Document[]> {
  if (ids.length === 0) return []
  const filter = { _id: { $in: ids.map((each) => new ObjectId(each)) }, ...also }
  return db
    .collection(collection)
    .find(filter, { projection })
    .toArray()
    .catch((error: unknown) => {
      throw asError(error, host)
    })
}
