import { PERSON_ACCOUNT_FIELDS } from './objects/person-account-fields.js'
import type { ObjectDef } from './schema.js'
import type { OrgSettings } from './settings.js'
import type { Store } from './store.js'

/** Names that exist only while a feature of the org is on; a name without a field is the whole object. */
const FEATURES = {
  // objects.md §1, §6
  individuals: ['Individual', 'Contact.IndividualId', 'Lead.IndividualId'],
  // objects.md §3
  personAccounts: ['Contact.IsPersonAccount', ...PERSON_ACCOUNT_FIELDS.map(({ name }) => `Account.${name}`)],
} satisfies Readonly<Record<string, readonly string[]>>

type Feature = keyof typeof FEATURES
type AccessSettings = Pick<OrgSettings, 'hiddenFields' | 'hiddenObjects' | 'readOnlyFields' | Feature>

/**
 * What the callers of an org may see (objects.md §7). Settings may change while the org runs, lists by being replaced:
 * answers are remembered until then, as they are asked for every field of every row.
 */
export class Access {
  readonly #settings: AccessSettings
  #seen: unknown[] = []
  readonly #answers = new Map<string, Map<string, boolean>>()

  constructor(settings: AccessSettings) {
    this.#settings = settings
  }

  /** Whether a field does not exist for the callers; with `Id` whether the object does not. Names as the schema has them. */
  hidden(object: string, field: string): boolean {
    this.#forgetIfChanged()
    const known = this.#answers.get(object)?.get(field)
    if (known !== undefined) return known
    const names = this.#hiddenNames()
    const answer = names.has(object.toLowerCase()) || names.has(`${object}.${field}`.toLowerCase())
    this.#answers.set(object, (this.#answers.get(object) ?? new Map<string, boolean>()).set(field, answer))
    return answer
  }

  /** Whether a field is shown and cannot be written. */
  readOnly(object: string, field: string): boolean {
    const { readOnlyFields } = this.#settings
    const wanted = `${object}.${field}`.toLowerCase()
    return readOnlyFields.length > 0 && readOnlyFields.some((name) => name.toLowerCase() === wanted)
  }

  #forgetIfChanged(): void {
    const { hiddenFields, hiddenObjects, individuals, personAccounts } = this.#settings
    const now = [hiddenFields, hiddenObjects, individuals, personAccounts]
    if (now.every((value, at) => value === this.#seen[at])) return
    this.#seen = now
    this.#answers.clear()
  }

  #hiddenNames(): Set<string> {
    const { hiddenFields, hiddenObjects } = this.#settings
    const off = Object.entries(FEATURES).flatMap(([feature, names]) =>
      this.#settings[feature as Feature] ? [] : [...names],
    )
    return new Set([...hiddenFields, ...hiddenObjects, ...off].map((name) => name.toLowerCase()))
  }
}

/** The records of an org, and what of them is hidden from a caller. */
export interface Sight {
  readonly store: Store
  hidden(object: string, field: string): boolean
}

/** An object by name in any case; one that the caller may not read does not exist for him (objects.md §7). */
export function visibleObject(sight: Sight, name: string): ObjectDef | undefined {
  const def = sight.store.object(name)
  return def === undefined || sight.hidden(def.name, 'Id') ? undefined : def
}

export function visibleObjects(sight: Sight): ObjectDef[] {
  return sight.store.schema.objects().filter((def) => !sight.hidden(def.name, 'Id'))
}
