import { type Document } from '../bson/value.js'

/** What one statement of a write command did. */
export interface StatementResult {
  readonly n: number
  readonly nModified?: number
  /** The `_id` of the document that an upsert inserted. */
  readonly upserted?: { readonly id: unknown }
}

/**
 * A retryable write: what its statements have answered, by their number, so that a statement that comes again is
 * answered again and not carried out twice.
 */
export class RetryableWrite {
  readonly #results = new Map<number, StatementResult>()
  /** The reply of a findAndModify, whose only statement has number 0. */
  reply: Document | undefined
  #fresh: number[] = []

  /** By statement. */
  get results(): ReadonlyMap<number, StatementResult> {
    return this.#results
  }

  resultOf(statement: number): StatementResult | undefined {
    return this.#results.get(statement)
  }

  remember(statement: number, result: StatementResult): void {
    this.#results.set(statement, result)
    this.#fresh.push(statement)
  }

  /** The command has run to its end. */
  settle(): void {
    this.#fresh = []
  }

  /** The command is undone: what it did since `settle` was not done. */
  undo(): void {
    for (const statement of this.#fresh) this.#results.delete(statement)
    this.#fresh = []
  }
}
