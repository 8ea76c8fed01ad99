import type { EventKey } from './events.js'

/** What ought to come out for somebody: the record with this place in their list, or one of the other answers. */
export type Expected =
  | { outcome: 'contact' | 'lead'; record: number }
  | { outcome: 'not_found' }
  /** Left for a person to decide. */
  | { outcome: 'parked' }
  /** The address in the database is not one; the person is reported and the others go on. */
  | { outcome: 'malformed' }
  /** Soft-deleted: nothing of them goes to Salesforce any more. */
  | { outcome: 'left_out' }

/** A Contact or Lead of an awkward person. Days are counted back from `now`. */
export interface AwkwardRecord {
  /** @default the participant's address; null for none */
  email?: string | null
  /** Given and family name. @default the participant's, split at the last space */
  name?: readonly [string, string]
  /** Contacts only: 0 Harbourlight (customer, Enterprise), 1 Quillmark (no tier), 2 O'Dowd & Söhne (partner). */
  account?: 0 | 1 | 2
  /** @default 500 */
  madeDaysAgo?: number
  /** @default 100 */
  changedDaysAgo?: number
  activeDaysAgo?: number
  bounced?: true
  optedOut?: true
  deleted?: true
  /** Merged into the contact with this place in the list. */
  mergedInto?: number
  /** Leads only: converted into the contact with this place in the list. */
  convertedInto?: number
}

/** One awkward person: a name to refer to, what is awkward, and what ought to come out (product.md §4, pitfalls.md §8). */
export interface AwkwardPerson {
  /** Unique; documentation and tests refer to it. */
  id: string
  name: string
  /** As stored on the participant, whatever it is. */
  email: unknown
  what: string
  expected: Expected
  contacts?: readonly AwkwardRecord[]
  leads?: readonly AwkwardRecord[]
  /** @default the spring event, attended */
  events?: readonly EventKey[]
  /** An earlier run stored a link to the contact with this place in the list; with everything else it wrote, or the id alone. */
  linkedTo?: { contact: number; stored: 'enrichment' | 'id' }
  banned?: true
  softDeleted?: true
}
