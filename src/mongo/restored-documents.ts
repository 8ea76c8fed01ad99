import { type AnyBulkWriteOperation, type Collection, type Document } from 'mongodb'
import type { LineValue, LineValues } from '../domain/run-line.js'
import { asError, type Database } from './database.js'

/** Fields of a document that are to be put back, made only while they are as they were read. */
export interface Restoring<Id> {
  id: Id
  from: LineValues
  to: LineValues
}

/** Where documents lie, and under which path each field. */
export interface DocumentKind<Id> {
  collection: string
  paths: Readonly<Record<string, string>>
  idOf: (key: string) => Id
  /** Embedded documents that go when nothing is left in them. */
  shells: readonly string[]
}

const PER_BATCH = 1_000

/** Documents whose fields a run wrote: read as they are, and put back by operators. */
export class RestoredDocuments<Id> {
  readonly #collection: Collection

  constructor(
    private readonly database: Database,
    private readonly kind: DocumentKind<Id>,
  ) {
    this.#collection = database.db.collection(kind.collection)
  }

  /** What the fields hold, by key; those that are not there are null. A document that is gone is absent. */
  async read(keys: readonly string[]): Promise<Map<string, LineValues>> {
    const { paths, idOf } = this.kind
    const byId = new Map(keys.map((key) => [String(idOf(key)), key]))
    const filter: Document = { _id: { $in: keys.map(idOf) } }
    const projection = Object.fromEntries(Object.values(paths).map((path) => [path, 1]))
    const found = await this.#collection.find(filter, { projection }).toArray().catch(this.#told)
    return new Map(
      found.map((raw) => {
        const values = Object.entries(paths).map(([field, path]) => [field, scalar(at(raw, path))] as const)
        return [byId.get(String(raw._id)) ?? '', Object.fromEntries(values)]
      }),
    )
  }

  /** Puts fields back; what somebody changed since it was read stays. */
  async restore(all: readonly Restoring<string>[]): Promise<void> {
    await this.#write(all.map((each) => this.#operation(each)))
    for (const shell of this.kind.shells) {
      const empty: Document = { _id: { $in: all.map(({ id }) => this.kind.idOf(id)) }, [shell]: {} }
      await this.#collection.updateMany(empty, { $unset: { [shell]: '' } }).catch(this.#told)
    }
  }

  /** Removes documents that the run made, while they are as they were read. */
  async remove(all: readonly { id: string; was: LineValues }[]): Promise<void> {
    await this.#write(all.map(({ id, was }) => ({ deleteOne: { filter: this.#holding(id, was) } })))
  }

  #operation({ id, from, to }: Restoring<string>): AnyBulkWriteOperation {
    return { updateOne: { filter: this.#holding(id, from), update: updateTo(this.#pathed(to)) } }
  }

  #holding(id: string, values: LineValues): Document {
    return { _id: this.kind.idOf(id), ...Object.fromEntries(this.#pathed(values)) }
  }

  #pathed(values: LineValues): (readonly [string, LineValue])[] {
    return Object.entries(values).flatMap(([field, value]) => {
      const path = this.kind.paths[field]
      return path === undefined ? [] : [[path, value] as const]
    })
  }

  async #write(operations: AnyBulkWriteOperation[]): Promise<void> {
    for (let from = 0; from < operations.length; from += PER_BATCH) {
      const some = operations.slice(from, from + PER_BATCH)
      await this.#collection.bulkWrite(some, { ordered: false }).catch(this.#told)
    }
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

/** The update that makes fields hold these values, by path; null: no such field. */
export function updateTo(values: readonly (readonly [string, LineValue])[]): Document {
  const set = values.filter(([, value]) => value !== null)
  const unset = values.filter(([, value]) => value === null).map(([path]) => [path, ''] as const)
  return {
    ...(set.length > 0 ? { $set: Object.fromEntries(set) } : {}),
    ...(unset.length > 0 ? { $unset: Object.fromEntries(unset) } : {}),
  }
}

function at(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  }, document)
}

/** A value that is none of ours is shown as text, so that it is seen to differ. */
function scalar(value: unknown): LineValue {
  if (value === undefined || value === null) return null
  if (value instanceof Date || typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value === 'number' ? value : JSON.stringify(value)
}
