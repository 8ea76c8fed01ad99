/** How the bulk side of the org behaves; part of the org's settings. Times are milliseconds of the org's clock. */
export interface BulkSettings {
  /** A closed job waits this long before it is InProgress: a start is not immediate (bulk2.md §5). */
  bulkQueueMs: number
  /** What each batch of 10,000 rows then takes, one after the other; a query job takes it once. */
  bulkProcessingMs: number
  /** Rows per page of query results when the client names no maxRecords (bulk2.md §8). */
  bulkPageSize: number
  /** Seed of the order of result rows and columns and of the locked rows; null leaves them as uploaded (bulk2.md §6). */
  bulkShuffleSeed: number | null
  /** Share (0 to 1) of ingested rows that fail with UNABLE_TO_LOCK_ROW (bulk2.md §5). */
  lockedRowShare: number
  /** The caller has "Bulk API Hard Delete" (bulk2.md §2). */
  bulkHardDelete: boolean
  /** Ingest batches and query jobs per rolling 24 hours (bulk2.md §9). */
  bulkDailyBatches: number
  bulkDailyQueryJobs: number
}

/** No waiting, so that an org whose clock stands still completes its jobs; what no client may rely on is mixed up. */
export const defaultBulkSettings = (): BulkSettings => ({
  bulkQueueMs: 0,
  bulkProcessingMs: 0,
  bulkPageSize: 250_000,
  bulkShuffleSeed: 1,
  lockedRowShare: 0,
  bulkHardDelete: false,
  bulkDailyBatches: 15_000,
  bulkDailyQueryJobs: 10_000,
})
