import type { Store } from './store.js'

type Access = 'none' | 'read' | 'edit'

const BEHIND = ['PermissionSet', 'PermissionSetAssignment', 'FieldPermissions']

/**
 * Rights on fields that were deployed (objects.md §7): hidden until a permission set that grants them is assigned to the
 * user. Real orgs give rights on a new field to nobody, which the reference is silent about. What is asked for every field
 * of every row is remembered until a row behind it changes.
 */
export class FieldGrants {
  readonly #store: Store
  readonly #userId: string
  #known = new Map<string, Access>()
  #revision = -1

  constructor(store: Store, userId: string) {
    this.#store = store
    this.#userId = userId
  }

  /** Whether the field does not exist for the user. */
  hidden(object: string, field: string): boolean {
    return this.#access(object, field) === 'none'
  }

  /** Whether the user may read the field and not write it. */
  readOnly(object: string, field: string): boolean {
    return this.#access(object, field) === 'read'
  }

  #access(object: string, name: string): Access {
    const field = this.#store.object(object)?.field(name)
    if (field?.secured !== true) return 'edit'
    const revision = BEHIND.reduce((sum, behind) => sum + this.#store.revision(behind), 0)
    if (revision !== this.#revision) this.#known = new Map()
    this.#revision = revision
    const path = `${object}.${name}`
    const access = this.#known.get(path) ?? this.#granted(path.toLowerCase())
    this.#known.set(path, access)
    return access
  }

  #granted(path: string): Access {
    const assigned = [...this.#store.scan('PermissionSetAssignment')].filter(
      (row) => !row.IsDeleted && row['AssigneeId'] === this.#userId,
    )
    const grants = assigned
      .flatMap((row) => this.#store.lookup('FieldPermissions', 'ParentId', String(row['PermissionSetId'])) ?? [])
      .filter((row) => !row.IsDeleted && String(row['Field']).toLowerCase() === path)
    if (grants.some((row) => row['PermissionsEdit'] === true)) return 'edit'
    return grants.some((row) => row['PermissionsRead'] === true) ? 'read' : 'none'
  }
}
