import type { FieldDef } from './schema.js'
import type { Row, StatedRow } from './store.js'

/** Custom fields that an object was given or that were changed, and one that was taken away. */
export interface Definition {
  readonly object: string
  readonly fields: readonly FieldDef[]
  readonly removed?: string
}

/** What a store remembers of its changes. */
export interface ChangeNotes {
  readonly defined: Definition[]
  /** Rows that were put in, changed or taken out, in that order, some several times. */
  readonly touched: Row[]
}

/** Changes of a store, as they can be written down and made again. */
export interface StoreChanges {
  readonly defined: readonly Definition[]
  readonly rows: readonly StatedRow[]
  /** Ids of rows that are there no more. */
  readonly gone: readonly string[]
}
