import { saveError, type SaveError } from './org-error.js'
import type { ObjectDef } from './schema.js'
import type { FieldValue } from './store.js'

/** `Contact.Phone: Give a phone number.` */
const RULE = /^\s*(\w+)\.(\w+)\s*:\s*(.*)$/s

/**
 * Validation rules of the simplest kind: fields that must not be blank, each with the administrator's text. All that fail
 * are told together (errors.md §1). `row` holds what stays of a record that is changed.
 */
export function validationErrors(
  rules: readonly string[],
  def: ObjectDef,
  values: Readonly<Record<string, FieldValue>>,
  row?: Readonly<Record<string, FieldValue>>,
): SaveError[] {
  return rules.flatMap((rule) => {
    const [, object = '', name = '', message = ''] = RULE.exec(rule) ?? []
    const field = object.toLowerCase() === def.name.toLowerCase() ? def.field(name) : undefined
    if (field === undefined) return []
    const given = values[field.name]
    const value = given === undefined ? (row === undefined ? field.defaultValue : row[field.name]) : given
    return (value ?? null) === null ? [saveError('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, [field.name])] : []
  })
}
