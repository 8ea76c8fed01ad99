import type { SaveError } from './org-error.js'

/** What became of one record. `id` is set on success, and on a refusal that met an existing record. */
export interface SaveResult {
  readonly success: boolean
  readonly id: string | null
  readonly created: boolean
  readonly errors: readonly SaveError[]
  /** Ids of all records an upsert key matched, when there were several. */
  readonly matches?: readonly string[]
}

const NONE: readonly SaveError[] = []

export function saved(id: string, created: boolean): SaveResult {
  return { success: true, id, created, errors: NONE }
}

export function refused(errors: readonly SaveError[], id: string | null = null): SaveResult {
  return { success: false, id, created: false, errors }
}
