import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { Contact } from '../domain/connection.js'
import type { ConnectionFigures } from '../domain/figures.js'
import { OURS, asError, type Database } from './database.js'

const document = z.object({
  lastAnswerAt: z.date().optional(),
  lastFailureAt: z.date().optional(),
  code: z.string().optional(),
  failuresInRow: z.number().default(0),
})

/** Whether the org answered those who asked it: one small document for each host of a login. */
export class Connections {
  readonly #collection: Collection<{ _id: string; failuresInRow: number }>

  constructor(
    private readonly database: Database,
    private readonly loginHost: string,
  ) {
    this.#collection = database.db.collection(`${OURS}connections`)
  }

  /** Writes down how it ended for somebody who asked the org. */
  async note({ at, code }: Contact): Promise<void> {
    const update =
      code === undefined
        ? { $set: { lastAnswerAt: at, failuresInRow: 0 } }
        : { $set: { lastFailureAt: at, code }, $inc: { failuresInRow: 1 } }
    await this.#collection.updateOne({ _id: this.loginHost }, update, { upsert: true }).catch(this.#told)
  }

  /** What is known of the way to the org. */
  async read(): Promise<ConnectionFigures> {
    const found = await this.#collection.findOne({ _id: this.loginHost }).catch(this.#told)
    if (!found) return { state: 'not known', failuresInRow: 0 }
    const known = document.parse(found)
    return { ...known, state: known.failuresInRow > 0 ? 'failing' : 'answering' }
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
