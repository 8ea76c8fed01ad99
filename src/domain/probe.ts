import type { Contact } from './connection.js'
import type { AlertFacts } from './figures.js'
import { quotaOf, type Allowance, type QuotaPolicy } from './quota.js'

/** What the org answered just now. */
export interface Probe {
  /** How it went; absent where that says nothing of the way to the org. */
  contact?: Contact
  allowance?: Allowance
}

/** The facts with what the org answered just now, which is in nobody's notes before the process ends. */
export function withProbe(facts: AlertFacts, { contact, allowance }: Probe, policy: QuotaPolicy): AlertFacts {
  const { connection, quota } = facts
  return {
    ...facts,
    ...(contact ? { connection: withContact(connection, contact) } : {}),
    ...(allowance ? { quota: { ...divided(allowance, policy), ours: quota?.ours ?? 0, asOf: facts.at } } : {}),
  }
}

function withContact(known: AlertFacts['connection'], { at, code }: Contact): AlertFacts['connection'] {
  if (code === undefined) return { ...known, state: 'answering', lastAnswerAt: at, failuresInRow: 0 }
  return { ...known, state: 'failing', lastFailureAt: at, code, failuresInRow: known.failuresInRow + 1 }
}

function divided(allowance: Allowance, policy: QuotaPolicy) {
  const { used, max, ceiling, reserve } = quotaOf(allowance, policy)
  return { used, max, ceiling, reserve }
}
