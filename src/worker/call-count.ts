import type { Org } from '../salesforce/org.js'

/** Counts API calls of batches that go on side by side: each call once, whichever batch made it. */
export class CallCount {
  #counted: number

  constructor(private readonly org: Org) {
    this.#counted = org.calls
  }

  /** Calls since this was last asked. */
  take(): number {
    const { calls } = this.org
    const some = calls - this.#counted
    this.#counted = calls
    return some
  }
}
