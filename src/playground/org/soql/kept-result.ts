import type { Row, Store } from '../store.js'
import { callerOf } from './caller.js'
import { prepare, type Prepared } from './run.js'

/** A statement whose rows were found before a restart. */
export interface KeptStatement {
  /** SOQL. */
  readonly text: string
  readonly includeDeleted: boolean
  readonly version: string
  /** Whose it was, and when it was run. */
  readonly userId: string
  readonly at: number
  readonly shuffleSeed?: number | null
}

/** As it was understood then: a field that was hidden since is still there. Throws OrgError when one is no more. */
export function prepareAgain(store: Store, { text, userId, at, ...statement }: KeptStatement): Prepared {
  const caller = callerOf(store, userId)
  return prepare(text, { ...statement, store, hidden: () => false, now: at, caller })
}

/** The rows that were found. One that is gone for good keeps its place, with nothing but its Id. */
export function rowsOf(store: Store, object: string, ids: readonly string[]): Row[] {
  return ids.map((id) => store.get(id) ?? { ...store.blank(object), Id: id })
}
