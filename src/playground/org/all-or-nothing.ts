import { saveError } from './org-error.js'
import type { SaveResult } from './save-result.js'
import type { Store } from './store.js'

/** Saves; one failure takes all back, and the others are told so (rest.md §7). */
export function allOrNothing(store: Store, save: () => SaveResult[]): SaveResult[] {
  const savepoint = store.savepoint()
  let results: SaveResult[] = []
  try {
    results = save()
  } finally {
    if (results.length > 0 && results.every((result) => result.success)) savepoint.release()
    else savepoint.rollback()
  }
  const message = 'Record rolled back because not all records were valid and the request was using AllOrNone header'
  const errors = [saveError('ALL_OR_NONE_OPERATION_ROLLED_BACK', message)]
  return results.map((result) => (result.success ? { success: false, id: null, created: false, errors } : result))
}
