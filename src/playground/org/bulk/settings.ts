import { flag, initialValues, share, text, type ValuesOf, whole, wholeOrNull } from '../setting.js'

/**
 * How the bulk side of the org behaves; part of the org's settings. Times are milliseconds of the org's clock. By default
 * nothing waits, so that an org whose clock stands still completes its jobs; what no client may rely on is mixed up.
 */
export const BULK_SETTINGS = {
  // A start is not immediate (bulk2.md §5).
  bulkQueueMs: whole(0, 'milliseconds that a closed job waits before it is InProgress'),
  bulkProcessingMs: whole(0, 'milliseconds that each batch of 10,000 rows then takes; a query job takes them once'),
  // bulk2.md §8
  bulkPageSize: whole(250_000, 'rows per page of query results when the client names no maxRecords'),
  // bulk2.md §6
  bulkShuffleSeed: wholeOrNull(
    1,
    'seed of the order of result rows and columns and of locked rows; null leaves them be',
  ),
  // bulk2.md §5
  lockedRowShare: share(0, 'share of ingested rows that lose a lock each time they are tried'),
  // bulk2.md §7
  bulkQueryFailure: text('', 'errorMessage with which query jobs end Failed; empty lets them complete'),
  // bulk2.md §2
  bulkHardDelete: flag(false, 'the user has the permission "Bulk API Hard Delete"'),
  // bulk2.md §9
  bulkDailyBatches: whole(15_000, 'ingest batches per rolling 24 hours'),
  bulkDailyRows: whole(150_000_000, 'ingested rows per rolling 24 hours'),
  bulkDailyQueryJobs: whole(10_000, 'query jobs per rolling 24 hours'),
}

export type BulkSettings = ValuesOf<typeof BULK_SETTINGS>

export const defaultBulkSettings = (): BulkSettings => initialValues(BULK_SETTINGS)
