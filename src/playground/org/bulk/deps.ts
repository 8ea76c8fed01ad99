import type { KeptFiles } from '../../journal/kept-files.js'
import type { Dml } from '../dml.js'
import type { KeptPart } from '../kept-part.js'
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
  /** Has a part survive a restart. */
  keep(part: KeptPart): void
  /** What is too large for that. */
  readonly files: KeptFiles
  /** Ends a change of the org; rejects when it could not be written to the disk. */
  commit(): Promise<unknown> | undefined
  /** Whether field-level security hides a field. */
  hidden(object: string, field: string): boolean
}
