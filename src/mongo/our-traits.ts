import { ObjectId, type Document } from 'mongodb'
import { z } from 'zod'
import { OURS, asError, type Database } from './database.js'
import type { Traits } from './opt-outs.js'
import { holdsOurs } from './participant-document.js'

/** By what somebody may be recognised in one document, and whether it holds anything that an erasure takes. */
export interface FoundTraits extends Traits {
  /** The collection. */
  where: string
  holds: boolean
}

const PAGE = 1_000
const text = z.string().optional().catch(undefined)
const participant = z.object({
  _id: z.instanceof(ObjectId),
  email: z.unknown().optional(),
  salesforce: z.looseObject({ contactId: text, leadId: text }).optional().catch(undefined),
})
const byId = z.object({ _id: z.string() })
const claim = z.object({ participantIds: z.array(z.string()).catch([]), leadId: text })
const line = z.object({ participantIds: z.array(z.string()).catch([]), recordId: text, key: z.string() })

/** Where people are, and what each document tells of them. */
const PLACES: {
  collection: string
  projection: Document
  filter?: Document
  traits: (raw: unknown) => Omit<FoundTraits, 'where'>
}[] = [
  {
    collection: 'participants',
    projection: { email: 1, salesforce: 1, customerTier: 1, isExistingCustomer: 1 },
    traits: (raw) => {
      const { _id, email, salesforce } = participant.parse(raw)
      const recordIds = [salesforce?.contactId, salesforce?.leadId].filter((each) => each !== undefined)
      return { emails: [email], participantIds: [_id.toHexString()], recordIds, holds: holdsOurs(raw) }
    },
  },
  ...['queue', 'decisions'].map((name) => ({
    collection: `${OURS}${name}`,
    projection: { _id: 1 },
    traits: (raw: unknown) => ({ participantIds: [byId.parse(raw)._id], holds: true }),
  })),
  {
    collection: `${OURS}leads`,
    projection: { participantIds: 1, leadId: 1 },
    traits: (raw) => {
      const { participantIds, leadId } = claim.parse(raw)
      return { participantIds, recordIds: leadId === undefined ? [] : [leadId], holds: true }
    },
  },
  {
    collection: `${OURS}contacts`,
    projection: { _id: 1 },
    traits: (raw) => ({ recordIds: [behind(byId.parse(raw)._id)], holds: true }),
  },
  {
    collection: `${OURS}lookup_cache`,
    projection: { _id: 1 },
    traits: (raw) => ({ emails: [behind(byId.parse(raw)._id)], holds: true }),
  },
  {
    collection: `${OURS}run_lines`,
    projection: { participantIds: 1, recordId: 1, key: 1 },
    filter: { erased: { $ne: true } },
    traits: (raw) => {
      const { participantIds, recordId, key } = line.parse(raw)
      return { participantIds, recordIds: [recordId, key].filter((each) => each !== undefined), holds: true }
    },
  },
]

/** Goes over everything that may tell of a person: the platform's participants and our own collections. */
export class OurTraits {
  constructor(private readonly database: Database) {}

  /** Page by page in the order of `_id`, each a query of its own. */
  async *pages(): AsyncGenerator<FoundTraits[]> {
    for (const { collection, projection, filter = {}, traits } of PLACES) {
      for (let last: unknown = undefined; ;) {
        const after: Document = last === undefined ? filter : { ...filter, _id: { $gt: last } }
        const query = this.database.db.collection(collection).find(after, { projection }).sort({ _id: 1 }).limit(PAGE)
        const found: Document[] = await query.toArray().catch(this.#told)
        if (found.length === 0) break
        last = found.at(-1)?._id
        yield found.flatMap((raw) => safely(() => ({ where: collection, ...traits(raw) })))
      }
    }
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

/** A document of another shape is none of a person's that we know. */
function safely(read: () => FoundTraits): FoundTraits[] {
  try {
    return [read()]
  } catch (error) {
    if (error instanceof z.ZodError) return []
    throw error
  }
}

function behind(key: string): string {
  return key.slice(key.indexOf(':') + 1)
}
