/** Remembers answers that change seldom, to tell since when each is what it is. */
export class LastChange {
  readonly #answers = new Map<string, { text: string; since: number }>()
  readonly #from: number

  /** @param from when everything came to be, epoch milliseconds */
  constructor(from: number) {
    this.#from = ceilSecond(from)
  }

  /**
   * Since when the answer under `key` reads `text`; whole seconds, as HTTP dates have no more, and never the same for
   * two texts. A change counts from when it was first seen.
   */
  of(key: string, text: string, now: number): number {
    const known = this.#answers.get(key)
    if (known?.text === text) return known.since
    const since = known === undefined ? this.#from : Math.max(ceilSecond(now), known.since + 1000)
    this.#answers.set(key, { text, since })
    return since
  }
}

function ceilSecond(epochMs: number): number {
  return Math.ceil(epochMs / 1000) * 1000
}
