import type { Dml } from '../dml.js'
import type { Store } from '../store.js'
import type { BulkSettings } from './settings.js'

/** What the bulk side needs of the org around it. */
export interface BulkDeps {
  readonly store: Store
  readonly dml: Dml
  /** Read anew whenever they matter: they may change while the org runs. */
  readonly settings: BulkSettings
  /** The org's clock, epoch milliseconds. */
  now(): number
  /** Has `forget` called when the org is reset. */
  onReset(forget: () => void): void
  /** Whether field-level security hides a field. */
  hidden(object: string, field: string): boolean
}
