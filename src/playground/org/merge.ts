import { convertedLead } from './campaign-rules.js'
import type { Dml, SaveContext } from './dml.js'
import { saveError, type SaveError } from './org-error.js'
import { personContactOf } from './person-accounts.js'
import { targetOf } from './record-keys.js'
import type { GivenRecord } from './record-reader.js'
import type { ObjectDef } from './schema.js'
import type { Row, Store } from './store.js'

/** At most three records, the winner among them (objects.md §8). */
const MAX_LOSERS = 2
export const MERGEABLE = ['Account', 'Contact', 'Individual', 'Lead']

export interface MergeRequest {
  /** Of the object to merge, in any case. */
  readonly object: string
  readonly masterId: string
  /** What the winner is to hold besides; names in any case. */
  readonly values: GivenRecord
  readonly recordToMergeIds: readonly string[]
}

export interface MergeResult {
  readonly success: boolean
  readonly id: string | null
  readonly mergedRecordIds: readonly string[]
  /** Ids of what was moved to the winner. */
  readonly updatedRelatedIds: readonly string[]
  readonly errors: readonly SaveError[]
}

/**
 * Merges records into one: the losers are deleted and name the winner in MasterRecordId, what belongs to them moves to
 * the winner, campaign members too (objects.md §8). All or nothing.
 */
export function merge(store: Store, dml: Dml, request: MergeRequest, context: SaveContext): MergeResult {
  const def = MERGEABLE.includes(request.object) ? store.object(request.object) : undefined
  if (def === undefined) return failed(request, [saveError('INVALID_TYPE', `${request.object} cannot be merged`)])
  const rows: Row[] = []
  for (const id of [request.masterId, ...request.recordToMergeIds]) {
    const target = targetOf(store, def, id)
    if ('problem' in target) return failed(request, [target.problem])
    rows.push(target.row)
  }
  // The winner is changed, the losers are deleted.
  const barred = dml.barred(def.name, ['edit', 'delete'], context)
  const errors = barred.length > 0 ? barred : mergeErrors(rows)
  if (errors.length > 0) return failed(request, errors)
  const [winner, ...losers] = rows
  if (winner === undefined) return failed(request, [])
  if (Object.keys(request.values).length > 0) {
    const updated = dml.update(def.name, winner.Id, request.values, context)
    if (!updated.success) return failed(request, updated.errors)
  }
  const moved = losers.flatMap((loser) => [
    ...absorbPerson(store, dml, winner, loser, context),
    ...absorb(store, dml, def, winner, loser, context),
  ])
  const mergedRecordIds = losers.map(({ Id }) => Id)
  return { success: true, id: winner.Id, mergedRecordIds, updatedRelatedIds: moved, errors: [] }
}

function failed({ masterId }: MergeRequest, errors: readonly SaveError[]): MergeResult {
  return { success: false, id: masterId, mergedRecordIds: [], updatedRelatedIds: [], errors }
}

function mergeErrors(rows: readonly Row[]): SaveError[] {
  const losers = rows.length - 1
  if (losers < 1 || losers > MAX_LOSERS) {
    return [saveError('MERGE_FAILED', `1 to ${MAX_LOSERS} records can be merged into a master record`)]
  }
  if (new Set(rows).size < rows.length) return [saveError('MERGE_FAILED', 'a record cannot be merged with itself')]
  if (new Set(rows.map((row) => row['IsPersonAccount'] ?? false)).size > 1 || rows.some(isPersonContact)) {
    return [saveError('INVALID_PERSON_ACCOUNT_OPERATION', 'only person accounts can be merged with person accounts')]
  }
  return rows.some((row) => row['IsConverted'] === true) ? [convertedLead()] : []
}

function isPersonContact(row: Row): boolean {
  return row['IsPersonAccount'] === true && row['AccountId'] !== undefined
}

/** Of two person accounts the contacts are merged too; a mixture was refused before. */
function absorbPerson(store: Store, dml: Dml, winner: Row, loser: Row, context: SaveContext): string[] {
  const [contact, lost, def] = [personContactOf(store, winner), personContactOf(store, loser), store.object('Contact')]
  if (contact === undefined || lost === undefined || def === undefined) return []
  return absorb(store, dml, def, contact, lost, context)
}

/** Moves what refers to the loser, then deletes it. The ids of what was moved. */
function absorb(store: Store, dml: Dml, def: ObjectDef, winner: Row, loser: Row, context: SaveContext): string[] {
  const stamp = dml.stamp(context)
  const moved: string[] = []
  for (const { childSObject, field } of def.childRelationships) {
    for (const child of [...(store.lookup(childSObject, field, loser.Id) ?? [])]) {
      if (child.IsDeleted || field === 'PersonContactId' || isTwin(store, childSObject, field, child, winner)) continue
      // Nobody reports to himself, and no account is its own parent.
      store.change(child, { [field]: child === winner ? null : winner.Id, ...stamp })
      moved.push(child.Id)
    }
  }
  dml.bin.put(loser, stamp)
  store.change(loser, { MasterRecordId: winner.Id })
  return moved
}

/** Whether the winner is a member of the campaign too: then this record goes with the loser (objects.md §5.1). */
function isTwin(store: Store, object: string, field: string, child: Row, winner: Row): boolean {
  if (object !== 'CampaignMember') return false
  const members = store.lookup(object, field, winner.Id) ?? []
  return members.some((other) => !other.IsDeleted && other['CampaignId'] === child['CampaignId'])
}
