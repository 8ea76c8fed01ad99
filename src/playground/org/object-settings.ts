import { DUPLICATE_ACTIONS } from './duplicate-rules.js'
import { flag, oneOf, text, texts, whole } from './setting.js'

/** Real fields that field-level security hides by default: absent from both recorded describes (objects.md §1, §2). */
const HIDDEN_BY_DEFAULT = ['Contact', 'Lead'].flatMap((object) =>
  ['HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall'].map((field) => `${object}.${field}`),
)

/** How records behave and what of them may be seen; part of the org's settings. */
export const OBJECT_SETTINGS = {
  // objects.md §7
  hiddenFields: texts(HIDDEN_BY_DEFAULT, 'fields hidden by field-level security, as Contact.DoNotCall'),
  hiddenObjects: texts([], 'objects that the callers may not read'),
  readOnlyFields: texts([], 'fields that the callers may read and not write, as Contact.Title'),
  deniedRights: texts([], 'what the callers may not do, as Contact.create, Lead.edit, Account.delete'),
  validationRules: texts(
    [],
    'fields that must not be blank, with the text if one is: Contact.Phone: Give a phone number',
  ),
  // errors.md §2
  storageFull: flag(false, 'true: nothing can be created, STORAGE_LIMIT_EXCEEDED'),
  underMaintenance: flag(false, 'true: INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE, while reading goes on'),
  // objects.md §6
  individuals: flag(
    false,
    'Data Protection and Privacy is on: there is Individual, and IndividualId of Contact and Lead',
  ),
  // objects.md §3
  personAccounts: flag(false, 'the org has person accounts: accounts with LastName that keep a contact of their own'),
  // bulk2.md §5, objects.md §5.10
  parentLockMs: whole(0, 'how long, in real milliseconds, a write locks its campaign or account, and its answer takes'),
  // Newer orgs have the standard rules on, alerting on create (objects.md §9).
  duplicateRules: oneOf(
    DUPLICATE_ACTIONS,
    'alert',
    'what the duplicate rules of Contact and Lead do with a new record',
  ),
  duplicatesByCompany: flag(false, 'the duplicate rule of Lead also compares names within a company; slow with many'),
  // rest.md §11
  leadAssignment: text(
    '',
    'who gets new leads by an active assignment rule, unless the caller sends Sforce-Auto-Assign: FALSE',
  ),
}
