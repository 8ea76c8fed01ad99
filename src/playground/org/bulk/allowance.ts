const DAY_MS = 86_400_000

/** An allowance of so many per rolling 24 hours (bulk2.md §9). Times are epoch milliseconds of the org's clock. */
export class RollingAllowance {
  private taken: { readonly at: number; readonly count: number }[] = []

  /** How many the last 24 hours used. */
  used(now: number): number {
    while (this.taken[0] && this.taken[0].at <= now - DAY_MS) this.taken.shift()
    return this.taken.reduce((sum, { count }) => sum + count, 0)
  }

  clear(): void {
    this.taken = []
  }

  /** Takes so many if `max` leaves room for all of them. */
  take(now: number, max: number, count = 1): boolean {
    if (this.used(now) + count > max) return false
    const last = this.taken.at(-1)
    if (last?.at === now) this.taken[this.taken.length - 1] = { at: now, count: last.count + count }
    else this.taken.push({ at: now, count })
    return true
  }
}

/** What the bulk side has used up; the org's limits show it. */
export class BulkUsage {
  readonly ingestBatches = new RollingAllowance()
  readonly ingestRows = new RollingAllowance()
  readonly queryJobs = new RollingAllowance()

  clear(): void {
    this.ingestBatches.clear()
    this.ingestRows.clear()
    this.queryJobs.clear()
  }

  /** What the last 24 hours used, for the org's limits. */
  used(now: number): { batches: number; queryJobs: number } {
    return { batches: this.ingestBatches.used(now), queryJobs: this.queryJobs.used(now) }
  }
}
