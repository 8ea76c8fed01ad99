/** How long what we keep is kept, beside runs and nights (`runs.keepDays`). */
export interface Retention {
  /** Answers of `lookup`. */
  cacheMinutes: number
  /** How many API calls we made, by the hour. */
  usageDays: number
  /** Who was given up on in the queue, unless somebody asks for them again. */
  deadDays: number
}

/** A report of a month needs the calls of a month; an answer is believed for 15 minutes (product.md §3). */
export const DEFAULT_RETENTION: Retention = { cacheMinutes: 15, usageDays: 35, deadDays: 90 }
