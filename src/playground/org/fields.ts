import type { FieldDef, FieldType, PicklistValue } from './schema.js'

/** What may be said about a field beyond what its builder already knows. */
export type FieldOptions = Partial<Omit<FieldDef, 'name' | 'label' | 'type'>> & {
  /** Required on create: not nillable (rest.md §9). */
  readonly required?: boolean
  /** Kept by the platform: neither createable nor updateable. */
  readonly readOnly?: boolean
  /** May be set on create and never changed. */
  readonly createOnly?: boolean
}

const PLAIN = {
  length: 0,
  precision: 0,
  scale: 0,
  digits: 0,
  nillable: true,
  createable: true,
  updateable: true,
  filterable: true,
  sortable: true,
  groupable: true,
  defaultedOnCreate: false,
  defaultValue: null,
  idLookup: false,
  externalId: false,
  unique: false,
  caseSensitive: false,
  nameField: false,
  referenceTo: [],
  relationshipName: null,
  childRelationshipName: null,
  cascadeDelete: false,
  picklistValues: [],
  restrictedPicklist: false,
  compoundFieldName: null,
  secured: false,
} satisfies Partial<FieldDef>

function field(name: string, label: string, type: FieldType, known: FieldOptions, options: FieldOptions): FieldDef {
  const { required, readOnly, createOnly, ...stated } = { ...known, ...options }
  return {
    ...PLAIN,
    custom: name.endsWith('__c'),
    ...(required === true ? { nillable: false } : {}),
    ...(readOnly === true ? { createable: false, updateable: false } : {}),
    ...(createOnly === true ? { updateable: false } : {}),
    ...stated,
    name,
    label,
    type,
  }
}

/** A line of text of at most `length` characters. */
export function text(name: string, label: string, length: number, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'string', { length }, options)
}

/** Email on Contact and Lead is idLookup but neither external id nor unique (objects.md §1). */
export function email(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'email', { length: 80 }, options)
}

/** Free text of 40 characters (objects.md §1). */
export function phone(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'phone', { length: 40 }, options)
}

export function url(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'url', { length: 255 }, options)
}

/** A short text area (255, filterable) or a long one, which can be neither filtered, sorted nor grouped (soql.md §4). */
export function textarea(name: string, label: string, length: number, options: FieldOptions = {}): FieldDef {
  const short = length <= 255
  return field(name, label, 'textarea', { length, filterable: short, sortable: short, groupable: short }, options)
}

/** Values are the labels; the default among them is marked when `defaultValue` names it. Not restricted unless stated. */
export function picklist(name: string, label: string, values: readonly string[], options: FieldOptions = {}): FieldDef {
  return field(name, label, 'picklist', { length: 255, picklistValues: choices(values, options) }, options)
}

/** Several values joined by `;`; filterable by INCLUDES, never sorted or grouped (soql.md §4). */
export function multipicklist(
  name: string,
  label: string,
  values: readonly string[],
  options: FieldOptions = {},
): FieldDef {
  const known = { length: 4099, sortable: false, groupable: false, picklistValues: choices(values, options) }
  return field(name, label, 'multipicklist', known, options)
}

function choices(values: readonly string[], options: FieldOptions): PicklistValue[] {
  return values.map((value) => ({ value, label: value, active: true, defaultValue: value === options.defaultValue }))
}

/** A checkbox is never null: false unless `defaultValue` says otherwise. */
export function checkbox(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'boolean', { nillable: false, defaultedOnCreate: true, defaultValue: false }, options)
}

export function integer(name: string, label: string, digits: number, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'int', { digits }, options)
}

/** A number with `precision` digits in all, `scale` of them behind the point; not groupable (soql.md §4). */
export function decimal(
  name: string,
  label: string,
  [precision, scale]: readonly [number, number],
  options: FieldOptions = {},
): FieldDef {
  return field(name, label, 'double', { precision, scale, groupable: false }, options)
}

export function currency(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'currency', { precision: 18, groupable: false }, options)
}

export function percent(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'percent', { precision: 10, scale: 2, groupable: false }, options)
}

/** Stored as `YYYY-MM-DD`. */
export function date(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'date', {}, options)
}

/** Stored as epoch milliseconds, whole seconds; not groupable (soql.md §4). */
export function datetime(name: string, label: string, options: FieldOptions = {}): FieldDef {
  return field(name, label, 'datetime', { groupable: false }, options)
}

/** A lookup to one of `referenceTo`. Its parent path is the name without `Id`, or `__r` for a custom one. */
export function reference(
  name: string,
  label: string,
  referenceTo: readonly string[],
  options: FieldOptions = {},
): FieldDef {
  const relationshipName = name.endsWith('__c') ? name.replace(/__c$/, '__r') : name.replace(/Id$/, '')
  return field(name, label, 'reference', { length: 18, referenceTo, relationshipName }, options)
}

/** A compound: read-only, has no value of its own; its parts name it in `compoundFieldName`. */
export function address(name: string, label: string): FieldDef {
  return field(name, label, 'address', { readOnly: true, sortable: false, groupable: false }, {})
}

/** The record's own id. */
export function recordId(label: string): FieldDef {
  const known = { length: 18, nillable: false, readOnly: true, defaultedOnCreate: true, idLookup: true }
  return field('Id', `${label} ID`, 'id', known, {})
}

/** The five parts of an address and the compound above them (objects.md §1, §3). */
export function addressParts(prefix: string, compound: string, label: string): FieldDef[] {
  const part = { compoundFieldName: compound }
  return [
    textarea(`${prefix}Street`, `${label}Street`, 255, part),
    text(`${prefix}City`, `${label}City`, 40, part),
    text(`${prefix}State`, `${label}State/Province`, 80, part),
    text(`${prefix}PostalCode`, `${label}Zip/Postal Code`, 20, part),
    text(`${prefix}Country`, `${label}Country`, 80, part),
    address(compound, `${label}Address`),
  ]
}
