import { DUPLICATE_ACTIONS } from './duplicate-rules.js'
import { oneOf } from './setting.js'

/** How records behave; part of the org's settings. */
export const OBJECT_SETTINGS = {
  // Newer orgs have the standard rules on, alerting on create (objects.md §9).
  duplicateRules: oneOf(
    DUPLICATE_ACTIONS,
    'alert',
    'what the duplicate rules of Contact and Lead do with a new record',
  ),
}
