/** What decides whether somebody is asked before rows go to an org by Bulk jobs. */
export interface BulkWriting {
  /** Of the org, as its address tells. */
  kind: string
  /** Somebody sits there and can answer. */
  onTerminal: boolean
  /** Answered beforehand, by `--yes` or at an earlier question of the same command. */
  answered: boolean
}

/** Only a terminal is asked, and only about a production org (product.md §9): cron goes ahead, and so do sandboxes and what is practised. */
export function asksBeforeBulk({ kind, onTerminal, answered }: BulkWriting): boolean {
  return kind === 'production' && onTerminal && !answered
}
