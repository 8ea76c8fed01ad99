import { text } from '../org/fields.js'
import { isObject } from '../org/json-body.js'
import type { FieldDef } from '../org/schema.js'
import { ControlError } from './control-error.js'

/** What a field is when nothing is said: a line of text. It also shows of what type each property is. */
const PLAIN: Readonly<Record<string, unknown>> = { ...text('Plain__c', 'Plain', 255) }
const NULLABLE = ['defaultValue', 'relationshipName', 'childRelationshipName', 'compoundFieldName']

/** A custom field as a dump tells it; what is left out is as for a line of text. Throws a ControlError. */
export function readField(given: unknown, place: string): FieldDef {
  if (!isObject(given) || typeof given['name'] !== 'string' || !given['name'].endsWith('__c')) {
    const fix = 'A custom field is {"name": "Key__c", "label": "Key", "type": "string", …}, as dump tells it.'
    throw new ControlError(400, `${place} is no custom field`, fix)
  }
  for (const [name, value] of Object.entries(given)) {
    const like = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined
    const fits =
      NULLABLE.includes(name) || (typeof value === typeof like && Array.isArray(value) === Array.isArray(like))
    if (!fits)
      throw new ControlError(
        400,
        `${place}: ${name} cannot be ${JSON.stringify(value)}`,
        'Send a field as dump tells it.',
      )
  }
  return { ...PLAIN, label: given['name'], ...given } as FieldDef
}
