import type { FieldValue } from './store.js'

/** The field types that a describe names (rest.md §9). */
export type FieldType =
  | 'id'
  | 'string'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'email'
  | 'phone'
  | 'url'
  | 'textarea'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'reference'
  | 'address'
  | 'encryptedstring'

/** One value of a picklist, as describe lists it. */
export interface PicklistValue {
  readonly value: string
  readonly label: string
  readonly active: boolean
  readonly defaultValue: boolean
}

/** One field of an object, complete: every flag is stated. fields.ts has a builder for each type. */
export interface FieldDef {
  readonly name: string
  readonly label: string
  readonly type: FieldType
  /** In UTF-16 code units; 0 where the type has none. */
  readonly length: number
  readonly precision: number
  readonly scale: number
  readonly digits: number
  readonly nillable: boolean
  readonly createable: boolean
  readonly updateable: boolean
  readonly filterable: boolean
  readonly sortable: boolean
  readonly groupable: boolean
  readonly defaultedOnCreate: boolean
  /** What a new record gets when the caller sends nothing; null for none. */
  readonly defaultValue: FieldValue
  readonly idLookup: boolean
  readonly externalId: boolean
  readonly unique: boolean
  readonly caseSensitive: boolean
  readonly custom: boolean
  readonly nameField: boolean
  /** Names of the objects a reference may point to; empty for other types. */
  readonly referenceTo: readonly string[]
  /** The parent path in SOQL, `Account` for AccountId; null where there is none. */
  readonly relationshipName: string | null
  /** The child path on the parent's side, `Contacts` for Contact.AccountId; null where there is none. */
  readonly childRelationshipName: string | null
  readonly cascadeDelete: boolean
  readonly picklistValues: readonly PicklistValue[]
  readonly restrictedPicklist: boolean
  /** Field-level security hides it until a permission set shows it (field-grants.ts), as of every field that was deployed. */
  readonly secured: boolean
  /** The address or name this field is a part of. A field of type address has no value of its own (wire.ts composes it). */
  readonly compoundFieldName: string | null
}

/** A relation seen from its parent. */
export interface ChildRelationship {
  readonly childSObject: string
  readonly field: string
  readonly relationshipName: string | null
  readonly cascadeDelete: boolean
}

/** What an object file states. */
export interface ObjectSpec {
  readonly name: string
  readonly label: string
  readonly labelPlural: string
  readonly keyPrefix: string
  readonly createable: boolean
  readonly updateable: boolean
  readonly deletable: boolean
  readonly undeletable: boolean
  readonly searchable: boolean
  readonly fields: readonly FieldDef[]
}

/** One object of the org with its fields in describe order. */
export class ObjectDef {
  readonly name: string
  readonly label: string
  readonly labelPlural: string
  readonly keyPrefix: string
  readonly createable: boolean
  readonly updateable: boolean
  readonly deletable: boolean
  readonly undeletable: boolean
  readonly searchable: boolean
  readonly queryable = true
  readonly #standard: readonly FieldDef[]
  readonly #fields: FieldDef[] = []
  readonly #byName = new Map<string, FieldDef>()
  readonly #schema: Schema

  constructor(spec: ObjectSpec, schema: Schema) {
    this.name = spec.name
    this.label = spec.label
    this.labelPlural = spec.labelPlural
    this.keyPrefix = spec.keyPrefix
    this.createable = spec.createable
    this.updateable = spec.updateable
    this.deletable = spec.deletable
    this.undeletable = spec.undeletable
    this.searchable = spec.searchable
    this.#schema = schema
    this.#standard = spec.fields
    for (const field of spec.fields) this.add(field)
  }

  get fields(): readonly FieldDef[] {
    return this.#fields
  }

  /** Field names are case-insensitive (rest.md §5). */
  field(name: string): FieldDef | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase())
  }

  /** The reference field behind a parent path: `account` -> AccountId. Case-insensitive. */
  parent(relationshipName: string): FieldDef | undefined {
    const wanted = relationshipName.toLowerCase()
    return this.#fields.find((field) => field.relationshipName?.toLowerCase() === wanted)
  }

  /** Relations of other objects that point here, in the order in which objects and fields were defined. */
  get childRelationships(): readonly ChildRelationship[] {
    return this.#schema.childrenOf(this.name)
  }

  /** Forgets the fields that were added later. */
  reset(): void {
    this.#fields.length = 0
    this.#byName.clear()
    for (const field of this.#standard) this.add(field)
  }

  /** Adds one field; a name that exists already is an error of the caller. */
  add(field: FieldDef): void {
    if (this.#byName.has(field.name.toLowerCase())) throw new Error(`${this.name}.${field.name} is defined twice`)
    this.#fields.push(field)
    this.#byName.set(field.name, field)
    this.#byName.set(field.name.toLowerCase(), field)
  }

  /** Changes what is said of a field, which keeps its place and its spelling. Throws for an unknown one. */
  replace(field: FieldDef): FieldDef {
    const before = this.remove(field.name)
    const after = { ...field, name: before.field.name }
    this.add(after)
    this.#fields.splice(before.at, 0, ...this.#fields.splice(-1))
    return after
  }

  /** Takes a field away; what it was and where it stood. Throws for an unknown one. */
  remove(name: string): { readonly field: FieldDef; readonly at: number } {
    const field = this.field(name)
    if (field === undefined) throw new Error(`${this.name} has no field ${name}`)
    const at = this.#fields.indexOf(field)
    this.#fields.splice(at, 1)
    this.#byName.delete(field.name)
    this.#byName.delete(field.name.toLowerCase())
    return { field, at }
  }
}

/** All objects of one org. */
export class Schema {
  readonly #objects = new Map<string, ObjectDef>()
  readonly #byName = new Map<string, ObjectDef>()
  readonly #byPrefix = new Map<string, ObjectDef>()

  constructor(specs: Iterable<ObjectSpec>) {
    for (const spec of specs) {
      const def = new ObjectDef(spec, this)
      this.#objects.set(spec.name.toLowerCase(), def)
      this.#byName.set(spec.name, def)
      this.#byPrefix.set(spec.keyPrefix, def)
    }
  }

  /** Object names are case-insensitive (soql.md §1). */
  object(name: string): ObjectDef | undefined {
    return this.#byName.get(name) ?? this.#objects.get(name.toLowerCase())
  }

  objects(): readonly ObjectDef[] {
    return [...this.#objects.values()]
  }

  /** The object an id belongs to, by its first three characters (rest.md §10). */
  byPrefix(id: string): ObjectDef | undefined {
    return this.#byPrefix.get(id.slice(0, 3))
  }

  childrenOf(parent: string): readonly ChildRelationship[] {
    return this.objects().flatMap((child) =>
      child.fields
        .filter((field) => field.referenceTo.includes(parent))
        .map((field) => ({
          childSObject: child.name,
          field: field.name,
          relationshipName: field.childRelationshipName,
          cascadeDelete: field.cascadeDelete,
        })),
    )
  }
}
