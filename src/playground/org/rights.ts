import { saveError, type SaveError } from './org-error.js'
import type { ObjectDef } from './schema.js'
import type { OrgSettings } from './settings.js'
import type { Store } from './store.js'

export type Right = 'create' | 'edit' | 'delete'

type RightsSettings = Pick<OrgSettings, 'deniedRights' | 'storageFull' | 'underMaintenance'>

/** These need the Marketing User checkbox of the user besides (objects.md §4, §5); members need only a campaign to read. */
const FOR_MARKETING = ['Campaign', 'CampaignMemberStatus']

/** Who may create, change and delete records of which object, and whether the org lets anybody now (objects.md §7). */
export class Rights {
  readonly #store: Store
  readonly #settings: RightsSettings

  constructor(store: Store, settings: RightsSettings) {
    this.#store = store
    this.#settings = settings
  }

  /** What describe says of an object, too. */
  may(userId: string, right: Right, def: ObjectDef): boolean {
    const flag = { create: def.createable, edit: def.updateable, delete: def.deletable }[right]
    const { deniedRights } = this.#settings
    if (!flag || (deniedRights.length > 0 && isListed(deniedRights, `${def.name}.${right}`))) return false
    return !FOR_MARKETING.includes(def.name) || this.#store.get(userId)?.['UserPermissionsMarketingUser'] !== false
  }

  /** Why a user cannot save now; no state of the record is looked at. */
  problems(userId: string, right: Right, def: ObjectDef): SaveError[] {
    if (this.#settings.underMaintenance) {
      const message = 'The organization is read only while it is being upgraded.'
      return [saveError('INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', message)]
    }
    if (!this.may(userId, right, def)) return [refusal(right, def)]
    // Room is needed for new records only (errors.md §2).
    const full = right === 'create' && this.#settings.storageFull
    return full ? [saveError('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded')] : []
  }
}

function refusal(right: Right, def: ObjectDef): SaveError {
  const possible = { create: def.createable, edit: def.updateable, delete: def.deletable }[right]
  const done = { create: 'inserted', edit: 'updated', delete: 'deleted' }[right]
  return possible && right !== 'create'
    ? saveError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id')
    : saveError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be ${done}: ${def.label}`)
}

function isListed(list: readonly string[], wanted: string): boolean {
  return list.some((one) => one.toLowerCase() === wanted.toLowerCase())
}
