import { composeId } from '../ids.js'

/** The ids by which deploy results name custom fields. */
export class FieldIds {
  readonly #ids = new Map<string, string>()

  /** The id of `Contact.Key__c`, the same every time. */
  of(fullName: string): string {
    const id = this.#ids.get(fullName) ?? composeId('00N', this.#ids.size + 1)
    this.#ids.set(fullName, id)
    return id
  }

  /** For a restart. */
  get all(): readonly (readonly [fullName: string, id: string])[] {
    return [...this.#ids]
  }

  set all(ids: readonly (readonly [fullName: string, id: string])[]) {
    this.#ids.clear()
    for (const [fullName, id] of ids) this.#ids.set(fullName, id)
  }
}
