import type { KeptPart } from './kept-part.js'
import type { Row } from './store.js'

/** A record that is gone for good. JSON. */
export interface PurgedRecord {
  readonly id: string
  /** When it was deleted, epoch milliseconds; not when it was purged. */
  readonly deletedAt: number
}

/** How far back `/deleted` may be asked (rest.md §12): what was deleted before is forgotten. */
const KNOWN_MS = 30 * 24 * 60 * 60 * 1000

/** The records that were purged, as long as somebody may ask for them. */
export class PurgedRecords {
  #records: PurgedRecord[] = []
  /** How many of them a journal knows of. */
  #told = 0

  note({ Id, SystemModstamp }: Row): void {
    this.#records.push({ id: Id, deletedAt: SystemModstamp })
  }

  /** Those of one kind, by the first three characters of their ids. */
  *of(keyPrefix: string): Generator<PurgedRecord> {
    for (const record of this.#records) if (record.id.startsWith(keyPrefix)) yield record
  }

  clear(): void {
    this.#records = []
    this.#told = 0
  }

  /** @param now the org's clock, epoch milliseconds */
  kept(now: () => number): KeptPart {
    return {
      name: 'purged',
      changes: () => {
        const untold = this.#records.slice(this.#told)
        this.#told = this.#records.length
        return untold
      },
      whole: () => {
        this.#records = this.#records.filter(({ deletedAt }) => deletedAt > now() - KNOWN_MS)
        this.#told = this.#records.length
        return this.#records
      },
      restore: (entry) => {
        this.#told = this.#records.push(entry as PurgedRecord)
      },
    }
  }
}
