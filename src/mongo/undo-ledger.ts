import type { Collection, Document, Filter } from 'mongodb'
import { z } from 'zod'
import type { RunLine } from '../domain/run-line.js'
import { OURS, asError, type Database } from './database.js'
import { linesOf, toLine, type LineId } from './run-document.js'

interface Kept {
  _id: string
}

const again = z.object({ key: z.string(), undone: z.object({ recordId: z.string() }) })
const opened = z.object({ _id: z.string(), lines: z.number() })
/** Of whom was erased nothing is put back. */
const OPEN = { state: { $ne: 'refused' }, undone: null, erased: { $ne: true } }
const PER_BATCH = 1_000

/** What an undo reads of the ledger, and notes in it: which lines of a run are taken back. */
export class UndoLedger {
  readonly #runs: Collection<Kept>
  readonly #lines: Collection<Kept>

  /** `runId`: the run that is undone. */
  constructor(
    private readonly database: Database,
    private readonly runId: string,
  ) {
    const safely = { writeConcern: { w: 'majority' as const }, ignoreUndefined: true }
    this.#runs = database.db.collection<Kept>(`${OURS}runs`, safely)
    this.#lines = database.db.collection<Kept>(`${OURS}run_lines`, safely)
  }

  /** How many lines by object may have changed something and are not taken back yet. */
  async open(): Promise<Map<string, number>> {
    const pipeline = [
      { $match: { _id: linesOf(this.runId), ...OPEN } },
      { $group: { _id: '$object', lines: { $sum: 1 } } },
    ]
    const groups = await this.#lines.aggregate(pipeline).toArray().catch(this.#told)
    return new Map(groups.map((raw) => opened.parse(raw)).map(({ _id, lines }) => [_id, lines]))
  }

  /** Pages of the lines about one object that may have changed something and are not taken back yet, the latest first. */
  async *pagesBack(object: string, size: number): AsyncGenerator<RunLine[]> {
    const filter: Document = { object, ...OPEN }
    for (let range = linesOf(this.runId); ;) {
      const query = this.#lines.find({ ...filter, _id: range } as Filter<Kept>)
      const page = await query.sort({ _id: -1 }).limit(size).toArray().catch(this.#told)
      const last = page.at(-1)
      if (!last) return
      yield page.map(toLine)
      range = { ...range, $lt: last._id }
    }
  }

  /** Notes on the run who takes it back. */
  async noteUndo(by: string): Promise<void> {
    const update: Document = { $set: { undoneBy: by } }
    await this.#runs.updateOne({ _id: this.runId }, update).catch(this.#told)
  }

  /** Notes lines that are taken back, with the record that took the place of one that had been removed. */
  async settle(by: string, lines: readonly { id: LineId; recordId?: string }[]): Promise<void> {
    for (let at = 0; at < lines.length; at += PER_BATCH) {
      const some = lines.slice(at, at + PER_BATCH)
      const remade = some.filter(({ recordId }) => recordId !== undefined)
      const others = some.filter(({ recordId }) => recordId === undefined).map(({ id }) => id)
      const operations = [
        ...remade.map(({ id, recordId }) => ({
          updateOne: { filter: { _id: id }, update: { $set: { undone: { by, recordId } } } },
        })),
        { updateMany: { filter: { _id: { $in: others } }, update: { $set: { undone: { by } } } as Document } },
      ]
      await this.#lines.bulkWrite(operations, { ordered: false }).catch(this.#told)
    }
  }

  /**
   * The records of an object that took the place of those that this run or a later one had removed, by the id of these: an
   * undo made them again.
   */
  async remade(object: string): Promise<Map<string, string>> {
    const filter: Document = { _id: this.#sinceThen(), object, 'undone.recordId': { $ne: null } }
    const found = await this.#lines
      .find(filter as Filter<Kept>)
      .toArray()
      .catch(this.#told)
    return new Map(found.map((raw) => again.parse(raw)).map(({ key, undone }) => [key, undone.recordId]))
  }

  /** Which of these records later runs of ours changed, and the latest of these runs. */
  async touchedSince(object: string, ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map()
    const filter: Document = {
      _id: this.#sinceThen(),
      object,
      key: { $in: [...ids] },
      state: { $ne: 'refused' },
    }
    const query = this.#lines.find(filter as Filter<Kept>, { projection: { key: 1 } }).sort({ _id: 1 })
    const found: Document[] = await query.toArray().catch(this.#told)
    const changes = found.map(({ _id, key }) => ({ key: String(key), by: String(_id).split('/')[0] ?? '' }))
    return new Map(changes.filter(({ by }) => by !== this.runId).map(({ key, by }) => [key, by]))
  }

  /** Lines of this run and later ones; of those that began in the same second nobody can say which was first. */
  #sinceThen(): Document {
    return { $gte: this.runId.slice(0, this.runId.lastIndexOf('-')) }
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
