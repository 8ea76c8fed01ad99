import { saveError, type SaveError } from './org-error.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { FieldValue } from './store.js'

/** `Contact.Phone: Give a phone number.` */
const RULE = /^\s*(\w+)\.(\w+)\s*:(.*)$/s

/** A field that must not be blank, and the administrator's text if it is. */
export interface ValidationRule {
  readonly field: FieldDef
  readonly message: string
}

/** The rules of one object among those of an org: validation rules of the simplest kind. */
export function validationRulesOf(rules: readonly string[], def: ObjectDef): ValidationRule[] {
  return rules.flatMap((rule) => {
    const [, object = '', name = '', message = ''] = RULE.exec(rule) ?? []
    const field = object.toLowerCase() === def.name.toLowerCase() ? def.field(name) : undefined
    return field === undefined ? [] : [{ field, message: message.trimStart() }]
  })
}

/** All that fail are told together (errors.md §1). `row` holds what stays of a record that is changed. */
export function validationErrors(
  rules: readonly ValidationRule[],
  values: Readonly<Record<string, FieldValue>>,
  row?: Readonly<Record<string, FieldValue>>,
): SaveError[] {
  return rules.flatMap(({ field, message }) => {
    const given = values[field.name]
    const value = given === undefined ? (row === undefined ? field.defaultValue : row[field.name]) : given
    return (value ?? null) === null ? [saveError('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, [field.name])] : []
  })
}
