import type { Database } from '../mongo/database.js'
import { Leases } from '../mongo/leases.js'
import { Runs } from '../mongo/runs.js'

/** What the ledger is read with. */
export interface LedgerTools {
  database: Database
  policy: { leaseSeconds: number; keepDays: number }
}

/** The runs that were written down, and who of them is alive, by their leases. */
export function ledgerOf({ database, policy }: LedgerTools): { runs: Runs; alive: () => Promise<Set<string>> } {
  const alive = async () => {
    const held = await new Leases(database, policy.leaseSeconds * 1_000).list()
    return new Set(held.map(({ runId }) => runId))
  }
  return { runs: new Runs(database, policy.keepDays), alive }
}
