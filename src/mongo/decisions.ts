import { z } from 'zod'
import { OURS, asError, type Database } from './database.js'

/** What a person decided about a participant: which contact or lead it is, or without an id, that it is nobody. */
export interface Decided {
  recordId?: string
}

const document = z.object({ _id: z.string(), recordId: z.string().optional() })

/** Every decision, by participant. */
export async function readDecisions(database: Database): Promise<Map<string, Decided>> {
  const documents = await collectionOf(database).find({}).toArray().catch(told(database))
  const decisions = documents.flatMap((raw) => document.safeParse(raw).data ?? [])
  return new Map(decisions.map(({ _id, recordId }) => [_id, recordId === undefined ? {} : { recordId }]))
}

/** A decision with who took it. */
export interface KeptDecision extends Decided {
  by: string
  at: Date
}

const kept = document.extend({ by: z.string(), at: z.date() })

/** What was decided about one participant; undefined where nobody has. */
export async function readDecision(database: Database, participantId: string): Promise<KeptDecision | undefined> {
  const raw = await collectionOf(database).findOne({ _id: participantId }).catch(told(database))
  if (!raw) return undefined
  const { recordId, by, at } = kept.parse(raw)
  return { ...(recordId === undefined ? {} : { recordId }), by, at }
}

/** Remembers a decision; a later one replaces it. `by` is who decided, as the machine knows them. */
export async function writeDecision(
  database: Database,
  participantId: string,
  { recordId }: Decided,
  { by, at }: { by: string; at: Date },
): Promise<void> {
  const replacement = { ...(recordId === undefined ? {} : { recordId }), by, at }
  await collectionOf(database).replaceOne({ _id: participantId }, replacement, { upsert: true }).catch(told(database))
}

/** Forgets a decision; the rules decide again. False when there was none. */
export async function forgetDecision(database: Database, participantId: string): Promise<boolean> {
  const { deletedCount } = await collectionOf(database).deleteOne({ _id: participantId }).catch(told(database))
  return deletedCount > 0
}

function collectionOf({ db }: Database) {
  return db.collection<{ _id: string; recordId?: string; by: string; at: Date }>(`${OURS}decisions`)
}

function told({ host }: Database): (error: unknown) => never {
  return (error) => {
    throw asError(error, host)
  }
}
