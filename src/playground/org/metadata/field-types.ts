import * as fields from '../fields.js'
import type { FieldDef } from '../schema.js'
import type { FieldValue } from '../store.js'
import type { Choices } from './picklist-values.js'

/** What a CustomField states, read when its type asks for it. */
export interface FieldSource {
  readonly name: string
  readonly label: string
  readonly required: boolean
  readonly externalId: boolean
  readonly unique: boolean
  readonly caseSensitive: boolean
  defaultValue(): FieldValue
  /** A whole number between two bounds; one that is missing is a problem. */
  whole(name: string, least: number, most: number): number
  referenceTo(): string
  /** The path from the parent to its children, without `__r`; null for none. */
  relationshipName(): string | null
  /** Refuses by name any other value than the one the playground has. */
  only(name: string, value: string): void
  choices(): Choices
}

/** One type of a CustomField. */
interface FieldBuilder {
  /** The elements it may state beside those of every field. */
  readonly takes: readonly string[]
  build(source: FieldSource): FieldDef
}

const KEYS = ['externalId', 'unique', 'caseSensitive']
const NUMBERS = ['precision', 'scale', 'defaultValue']
const MAX_DIGITS = 18

/** What a field that can be a key states about that; an external id is an idLookup too. */
function keyed({ externalId, unique, caseSensitive }: FieldSource) {
  return { externalId, unique, caseSensitive, idLookup: externalId }
}

/** `precision` counts all digits, `scale` those behind the point. */
function digits(source: FieldSource) {
  const precision = source.whole('precision', 1, MAX_DIGITS)
  return { precision, scale: source.whole('scale', 0, precision) }
}

function defaulted(source: FieldSource) {
  const defaultValue = source.defaultValue()
  return { defaultValue, defaultedOnCreate: defaultValue !== null }
}

/** Every type that the playground understands, as the Metadata API calls it. */
export const BUILDERS: Readonly<Record<string, FieldBuilder | undefined>> = {
  Text: {
    takes: ['length', 'defaultValue', ...KEYS],
    build: (source) => {
      const { name, label } = source
      return fields.text(name, label, source.whole('length', 1, 255), { ...defaulted(source), ...keyed(source) })
    },
  },
  Number: {
    takes: [...NUMBERS, ...KEYS],
    build: (source) => {
      const { precision, scale } = digits(source)
      const options = { ...defaulted(source), ...keyed(source) }
      return fields.decimal(source.name, source.label, [precision, scale], options)
    },
  },
  Currency: {
    takes: NUMBERS,
    build: (source) => fields.currency(source.name, source.label, { ...digits(source), ...defaulted(source) }),
  },
  Percent: {
    takes: NUMBERS,
    build: (source) => fields.percent(source.name, source.label, { ...digits(source), ...defaulted(source) }),
  },
  Checkbox: {
    takes: ['defaultValue'],
    build: (source) => fields.checkbox(source.name, source.label, defaulted(source)),
  },
  Date: { takes: [], build: ({ name, label }) => fields.date(name, label) },
  DateTime: { takes: [], build: ({ name, label }) => fields.datetime(name, label) },
  Email: { takes: KEYS, build: (source) => fields.email(source.name, source.label, keyed(source)) },
  Phone: { takes: ['defaultValue'], build: (source) => fields.phone(source.name, source.label, defaulted(source)) },
  Url: { takes: ['defaultValue'], build: (source) => fields.url(source.name, source.label, defaulted(source)) },
  TextArea: { takes: ['length'], build: ({ name, label }) => fields.textarea(name, label, 255) },
  LongTextArea: {
    takes: ['length'],
    build: (source) => {
      const length = source.whole('length', 256, 131_072)
      source.whole('visibleLines', 2, 50)
      return fields.textarea(source.name, source.label, length)
    },
  },
  Picklist: {
    takes: ['valueSet'],
    build: (source) => {
      const { values, restrictedPicklist, defaultValue } = source.choices()
      const options = { restrictedPicklist, defaultValue, defaultedOnCreate: defaultValue !== null }
      const field = fields.picklist(source.name, source.label, [], options)
      return { ...field, picklistValues: values }
    },
  },
  MultiselectPicklist: {
    takes: ['valueSet'],
    build: (source) => {
      source.whole('visibleLines', 3, 10)
      const { values, restrictedPicklist } = source.choices()
      return { ...fields.multipicklist(source.name, source.label, [], { restrictedPicklist }), picklistValues: values }
    },
  },
  Lookup: {
    takes: ['referenceTo', 'relationshipName', 'deleteConstraint'],
    build: (source) => {
      source.only('deleteConstraint', 'SetNull')
      const children = source.relationshipName()
      const childRelationshipName = children === null ? null : `${children}__r`
      return fields.reference(source.name, source.label, [source.referenceTo()], { childRelationshipName })
    },
  },
}

/** Types of the platform besides. */
export const LACKING_TYPES = [
  'AutoNumber',
  'EncryptedText',
  'ExternalLookup',
  'File',
  'Hierarchy',
  'Html',
  'IndirectLookup',
  'Location',
  'MasterDetail',
  'MetadataRelationship',
  'Summary',
  'Time',
]
