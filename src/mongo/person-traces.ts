import { ObjectId, type Document } from 'mongodb'
import { z } from 'zod'
import type { NormalEmail } from '../domain/email.js'
import { mailboxPattern } from '../domain/mailbox.js'
import { personRecords } from '../domain/run-line.js'
import { OURS, asError, type Database } from './database.js'
import { holdsOurs } from './participant-document.js'

/** By what our own documents about one person are found. */
export interface TraceKeys {
  emails: readonly NormalEmail[]
  participantIds: readonly string[]
  /** Contacts and Leads. */
  recordIds: readonly string[]
}

/** A collection of ours that may hold something about a person. */
export interface Trace {
  collection: string
  filter: Document
}

const RUN_LINES = `${OURS}run_lines`
const RUNS = `${OURS}runs`
const NIGHTS = `${OURS}nights`
const line = z.object({
  object: z.string(),
  action: z.string(),
  recordId: z.string().optional(),
  key: z.string(),
})
const typedRun = z.object({ _id: z.string(), arguments: z.array(z.string()) })
const sampled = z.object({ _id: z.string(), steps: z.array(z.looseObject({ upTo: z.string().optional() })) })
const tally = z.object({
  _id: z.object({ object: z.string(), what: z.string() }),
  records: z.number(),
  runs: z.array(z.string()),
})

/** What stands instead of a person on a line about them. */
export const ERASED = 'erased'

/** What our own collections hold about one person: found, masked, removed. */
export class PersonTraces {
  constructor(private readonly database: Database) {}

  /** Documents that go as a whole: the queue, decisions, claims, notes on what we wrote, answers that were cached. */
  removed(keys: TraceKeys): Trace[] {
    const { emails, participantIds, recordIds } = keys
    const answers = [
      ...emails.map((each) => ({ _id: { $regex: `:${mailboxPattern(each).slice(1)}`, $options: 'i' } })),
      { 'answer.match.contact.id': { $in: [...recordIds] } },
      { 'answer.match.lead.id': { $in: [...recordIds] } },
    ]
    return [
      { collection: `${OURS}queue`, filter: { _id: { $in: [...participantIds] } } },
      { collection: `${OURS}decisions`, filter: { _id: { $in: [...participantIds] } } },
      {
        collection: `${OURS}leads`,
        filter: { $or: [{ participantIds: { $in: [...participantIds] } }, { leadId: { $in: [...recordIds] } }] },
      },
      {
        collection: `${OURS}contacts`,
        filter: { $or: recordIds.map((id) => ({ _id: { $regex: `:${id.slice(0, 15)}` } })) },
      },
      { collection: `${OURS}lookup_cache`, filter: { $or: answers } },
    ].filter(({ filter }) => !Array.isArray(filter.$or) || filter.$or.length > 0)
  }

  /** Lines of runs about the person: what was done stays, to whom and with what values goes. */
  lines({ participantIds, recordIds }: TraceKeys): Trace {
    const ids = [...recordIds]
    const about = [
      { participantIds: { $in: [...participantIds] } },
      { records: { $in: personRecords(ids) } },
      // Lines of earlier versions do not say of which records they speak.
      {
        records: null,
        $or: [
          { key: { $in: [...ids, ...participantIds] } },
          { recordId: { $in: ids } },
          ...['before', 'after'].flatMap((as) =>
            ['ContactId', 'LeadId', 'contactId', 'leadId'].map((name) => ({ [`${as}.${name}`]: { $in: ids } })),
          ),
        ],
      },
    ]
    return { collection: RUN_LINES, filter: { erased: { $ne: true }, $or: about } }
  }

  /** Runs whose flags name the person. */
  runs({ emails, participantIds, recordIds }: TraceKeys): Trace {
    const named = [...emails, ...participantIds, ...recordIds]
    return { collection: RUNS, filter: { arguments: { $in: named } } }
  }

  /** Nights whose sample of people ended with the person. */
  nights({ participantIds }: TraceKeys): Trace {
    return { collection: NIGHTS, filter: { 'steps.upTo': { $in: [...participantIds] } } }
  }

  /** All of these: what a copy for the person holds, but for what is noted by hashes (`OptOuts`). */
  all(keys: TraceKeys): Trace[] {
    return [...this.removed(keys), this.lines(keys), this.runs(keys), this.nights(keys)]
  }

  /** How many documents there are. */
  async count({ collection, filter }: Trace): Promise<number> {
    return this.database.db.collection(collection).countDocuments(filter).catch(this.#told)
  }

  /** The documents themselves, as they are kept. */
  async read({ collection, filter }: Trace): Promise<Document[]> {
    return this.database.db.collection(collection).find(filter).sort({ _id: 1 }).toArray().catch(this.#told)
  }

  async remove({ collection, filter }: Trace): Promise<void> {
    await this.database.db.collection(collection).deleteMany(filter).catch(this.#told)
  }

  /** Takes from lines whom they are about and every value; `tag` stands for the person. Undo passes over them. */
  async maskLines(keys: TraceKeys, tag: string): Promise<void> {
    const { collection, filter } = this.lines(keys)
    const gone = ['before', 'after', 'notes', 'consent', 'recordId', 'undone.recordId', 'records']
    const update = {
      $set: { erased: true, key: ERASED, participantIds: [tag] },
      $unset: Object.fromEntries(gone.map((name) => [name, ''])),
    }
    await this.database.db.collection(collection).updateMany(filter, update).catch(this.#told)
  }

  async maskRuns(keys: TraceKeys): Promise<void> {
    const { collection, filter } = this.runs(keys)
    const named = new Set<string>([...keys.emails, ...keys.participantIds, ...keys.recordIds])
    for (const raw of await this.read({ collection, filter })) {
      const { _id, arguments: given } = typedRun.parse(raw)
      const masked = given.map((each) => (named.has(each) ? ERASED : each))
      const runs = this.database.db.collection<{ _id: string }>(collection)
      await runs.updateOne({ _id }, { $set: { arguments: masked } as Document }).catch(this.#told)
    }
  }

  /** The next sample then begins where an earlier one ended. */
  async maskNights(keys: TraceKeys): Promise<void> {
    const { collection, filter } = this.nights(keys)
    for (const raw of await this.read({ collection, filter })) {
      const { _id, steps } = sampled.parse(raw)
      const masked = steps.map(({ upTo, ...step }) => {
        return upTo === undefined || keys.participantIds.includes(upTo) ? step : { ...step, upTo }
      })
      const nights = this.database.db.collection<{ _id: string }>(collection)
      await nights.updateOne({ _id }, { $set: { steps: masked } as Document }).catch(this.#told)
    }
  }

  /** Takes what we added from the platform's documents. */
  async clearParticipants(participantIds: readonly string[]): Promise<void> {
    const filter = { _id: { $in: participantIds.map((id) => new ObjectId(id)) } }
    const update = { $unset: { salesforce: '', customerTier: '', isExistingCustomer: '' } }
    await this.database.db
      .collection('participants')
      .updateMany(filter, update as Document)
      .catch(this.#told)
  }

  /** Which of these participants hold anything that we added. */
  async filledParticipants(participantIds: readonly string[]): Promise<string[]> {
    const filter = { _id: { $in: participantIds.map((id) => new ObjectId(id)) } }
    const found = await this.database.db
      .collection('participants')
      .find(filter, { projection: { salesforce: 1, customerTier: 1, isExistingCustomer: 1 } })
      .toArray()
      .catch(this.#told)
    return found.filter(holdsOurs).map(({ _id }) => String(_id))
  }

  /** The records that lines about these participants speak of, and the Leads that runs of ours made. */
  async recordsInLines(participantIds: readonly string[]): Promise<{ ids: string[]; leadsMade: string[] }> {
    const filter = {
      participantIds: { $in: [...participantIds] },
      object: { $in: ['Contact', 'Lead'] },
      erased: { $ne: true },
    }
    const found = await this.database.db.collection(RUN_LINES).find(filter).toArray().catch(this.#told)
    const lines = found.map((raw) => line.parse(raw))
    const isMade = ({ object, action }: z.infer<typeof line>) => object === 'Lead' && action === 'insert'
    const made = lines.filter(isMade).flatMap(({ recordId }) => recordId ?? [])
    const ids = lines.flatMap((each) => each.recordId ?? (each.action === 'insert' ? [] : each.key))
    return { ids: [...new Set(ids)], leadsMade: [...new Set(made)] }
  }

  /** Leads that claims say a run of ours made. */
  async leadsClaimed({ participantIds, recordIds }: TraceKeys): Promise<string[]> {
    const about = [{ participantIds: { $in: [...participantIds] } }, { leadId: { $in: [...recordIds] } }]
    const filter = { state: 'created', createdAt: { $ne: null }, $or: about }
    const found = await this.database.db.collection(`${OURS}leads`).find(filter).toArray().catch(this.#told)
    return found.flatMap((raw) => z.object({ leadId: z.string() }).safeParse(raw).data?.leadId ?? [])
  }

  /** What the runs of one command did for this tag, by object: from their own lines, of which the masked ones are none. */
  async erasedFor(tag: string): Promise<{ object: string; what: string; records: number; runs: string[] }[]> {
    const pipeline = [
      { $match: { participantIds: tag, erased: { $ne: true }, state: { $ne: 'refused' } } },
      {
        $group: {
          _id: { object: '$object', what: '$after.what' },
          records: { $sum: '$after.records' },
          runs: { $addToSet: { $arrayElemAt: [{ $split: ['$_id', '/'] }, 0] } },
        },
      },
      { $sort: { _id: 1 } },
    ]
    const groups = await this.database.db.collection(RUN_LINES).aggregate(pipeline).toArray().catch(this.#told)
    return groups.map((raw) => tally.parse(raw)).map(({ _id, records, runs }) => ({ ..._id, records, runs }))
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
