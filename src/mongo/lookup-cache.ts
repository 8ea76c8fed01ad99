import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { NormalEmail } from '../domain/email.js'
import { recordOf, type LookupAnswer } from '../domain/lookup-answer.js'
import { isLeftAlone } from '../domain/opt-out.js'
import { OURS, asError, type Database } from './database.js'
import { OptOuts, type Traits } from './opt-outs.js'

const email = z.custom<NormalEmail>((value) => typeof value === 'string')
const text = z.string().optional()
const account = z.object({ id: z.string(), name: z.string(), type: text, tier: text, website: text })
const person = {
  id: z.string(),
  email: email.optional(),
  name: z.string(),
  title: text,
  phone: text,
  city: text,
  leadSource: text,
  ownerId: text,
  ownerName: text,
}
const contact = z.object({
  ...person,
  department: text,
  account: account.optional(),
  ownKey: text,
  bounced: z.boolean(),
  lastActivity: text,
  createdAt: z.date(),
})
const lead = z.object({
  ...person,
  company: text,
  converted: z.boolean(),
  convertedContactId: text,
  lastModified: z.date(),
})
const rule = z.enum(['decision', 'link', 'only contact', 'primary contact', 'lead', 'converted lead'])
const explained = {
  because: z.array(z.string()),
  rejected: z.array(z.object({ object: z.enum(['Contact', 'Lead']), id: z.string(), why: z.string() })),
}
const match = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('contact'), contact, rule, ...explained }),
  z.object({ kind: z.literal('lead'), lead, rule, ...explained }),
  z.object({
    kind: z.literal('parked'),
    cause: z.enum(['several contacts', 'role address', 'duplicate rule', 'bad address']),
    contacts: z.array(contact),
    leads: z.array(lead).optional(),
    ...explained,
  }),
  z.object({ kind: z.literal('not_found'), ...explained }),
])
const membership = z.object({ campaignId: z.string(), campaignName: z.string(), status: text, personId: z.string() })
const answer: z.ZodType<LookupAnswer> = z.object({
  email,
  match,
  memberships: z.array(membership),
  accountHint: account.optional(),
  askedAt: z.date(),
})
const entry = z.object({ answer })

function traitsOf({ email, match }: LookupAnswer): Traits {
  const recordId = recordOf(match)
  return { emails: [email], recordIds: recordId === undefined ? [] : [recordId] }
}

/** Answers of the org, for a quarter of an hour; a TTL index removes them afterwards. One entry for each org and address. */
export class LookupCache {
  readonly #collection: Collection<{ _id: string; answer: LookupAnswer; expiresAt: Date }>

  constructor(
    private readonly database: Database,
    private readonly orgId: string,
  ) {
    this.#collection = database.db.collection(`${OURS}lookup_cache`, { ignoreUndefined: true })
  }

  /** Answers that are still to be believed at `now`; an entry of another shape, as an older version left it, is none. */
  async read(emails: readonly NormalEmail[], now: Date): Promise<Map<NormalEmail, LookupAnswer>> {
    const filter = { _id: { $in: emails.map((each) => this.#key(each)) }, expiresAt: { $gt: now } }
    const documents = await this.#collection.find(filter).toArray().catch(this.#told)
    const answers = documents
      .map((document) => entry.safeParse(document).data?.answer)
      .filter((each) => each !== undefined)
    return new Map(answers.map((each) => [each.email, each]))
  }

  /** Remembers answers; written twice, the later one stays. Of whoever is to be left alone nothing is kept, not for a minute. */
  async write(given: readonly LookupAnswer[]): Promise<void> {
    const { cacheMinutes } = this.database.retention
    if (given.length === 0 || cacheMinutes === 0) return
    const optOuts = await new OptOuts(this.database).among(given.map(traitsOf))
    const answers = given.filter((_, at) => !isLeftAlone(optOuts[at]))
    if (answers.length === 0) return
    await this.#collection.createIndexes([{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }]).catch(this.#told)
    const operations = answers.map((each) => ({
      updateOne: {
        filter: { _id: this.#key(each.email) },
        update: { $set: { answer: each, expiresAt: new Date(each.askedAt.getTime() + cacheMinutes * 60_000) } },
        upsert: true,
      },
    }))
    await this.#collection.bulkWrite(operations, { ordered: false, ignoreUndefined: true }).catch(this.#told)
  }

  /** Forgets an answer that a person's decision has made untrue. */
  async forget(email: NormalEmail): Promise<void> {
    await this.#collection.deleteOne({ _id: this.#key(email) }).catch(this.#told)
  }

  #key(email: NormalEmail): string {
    return `${this.orgId}:${email}`
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
