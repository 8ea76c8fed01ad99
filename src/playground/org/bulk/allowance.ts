import { type KeptPart, smallPart } from '../kept-part.js'
import { RollingCount } from '../rolling-count.js'

/** An allowance of so many per rolling 24 hours (bulk2.md §9). Times are epoch milliseconds of the org's clock. */
export class RollingAllowance extends RollingCount {
  /** Takes so many if `max` leaves room for all of them. */
  take(now: number, max: number, count = 1): boolean {
    if (this.used(now) + count > max) return false
    this.add(now, count)
    return true
  }
}

/** What the bulk side has used up; the org's limits show it. */
export class BulkUsage {
  readonly ingestBatches = new RollingAllowance()
  readonly ingestRows = new RollingAllowance()
  readonly queryJobs = new RollingAllowance()

  clear(): void {
    for (const allowance of this.#all) allowance.clear()
  }

  /** What the last 24 hours used, for the org's limits. */
  used(now: number): { batches: number; queryJobs: number } {
    return { batches: this.ingestBatches.used(now), queryJobs: this.queryJobs.used(now) }
  }

  /** For a restart. */
  kept(): KeptPart {
    return smallPart({
      name: 'bulkUsage',
      version: () => this.#all.reduce((sum, { changes }) => sum + changes, 0),
      read: () => this.#all.map(({ slots }) => slots),
      write: (kept) => {
        for (const [at, allowance] of this.#all.entries()) allowance.slots = kept[at] ?? []
      },
    })
  }

  get #all(): readonly RollingAllowance[] {
    return [this.ingestBatches, this.ingestRows, this.queryJobs]
  }
}
