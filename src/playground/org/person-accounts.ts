import { PERSON_ACCOUNT_FIELDS, PERSON_FIELDS } from './objects/person-account-fields.js'
import { saveError, type SaveError } from './org-error.js'
import type { ObjectRules, Saving } from './rules.js'
import type { FieldValue, Row, Store } from './store.js'

type Values = Readonly<Record<string, FieldValue>>

/** Written on an account, they say that it is a person. */
const PERSONAL = new Set(PERSON_ACCOUNT_FIELDS.filter(({ createable }) => createable).map(({ name }) => name))

/** An account that is a person is made by its LastName; the platform keeps its contact in step (objects.md §3). */
export const personAccountRules: ObjectRules = {
  beforeInsert({ values }) {
    const isPerson = (values['LastName'] ?? null) !== null
    if (isPerson && values['Name'] === undefined) {
      values['IsPersonAccount'] = true
      values['Name'] = values['LastName'] ?? null
      return []
    }
    return badNames(isPerson ? ['Name'] : personal(values))
  },
  afterInsert(saving, account) {
    if (account['IsPersonAccount'] === true) keepContact(saving, account)
  },
  beforeUpdate({ values }, account) {
    if (account['IsPersonAccount'] !== true) return badNames(personal(values))
    if (values['LastName'] === null) {
      return [saveError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName'])]
    }
    return badNames(values['Name'] === undefined ? [] : ['Name'])
  },
  afterUpdate(saving, account) {
    if (account['IsPersonAccount'] === true) keepContact(saving, account)
  },
}

/** The contact of a person account is changed and deleted only through its account. */
export const personContactRules: ObjectRules = {
  beforeInsert({ store, values }) {
    const account = store.get(String(values['AccountId'] ?? ''))
    return account?.['IsPersonAccount'] === true ? [notDirectly('a person account has no other contacts')] : []
  },
  beforeUpdate: (_saving, row) => personContact(row),
  beforeDelete: (_store, row) => personContact(row),
}

function personContact(row: Row): SaveError[] {
  return row['IsPersonAccount'] === true ? [notDirectly('cannot reference person contact')] : []
}

function notDirectly(message: string): SaveError {
  return saveError('INVALID_PERSON_ACCOUNT_OPERATION', message)
}

function personal(values: Values): string[] {
  return Object.keys(values).filter((name) => PERSONAL.has(name) && values[name] !== null)
}

/** The text as public clients quote it. */
function badNames(names: readonly string[]): SaveError[] {
  if (names.length === 0) return []
  const message = `Account: bad field names on insert/update call: ${names.join(', ')}`
  return [saveError('INVALID_FIELD_FOR_INSERT_UPDATE', message, names)]
}

/** Makes or changes the contact of a person account after its account. */
export function keepContact({ store, userId, now }: Pick<Saving, 'store' | 'userId' | 'now'>, account: Row): Row {
  const stamp = { LastModifiedDate: now, LastModifiedById: userId, SystemModstamp: now }
  const values = { ...contactValues(account), ...stamp }
  const known = store.get(String(account['PersonContactId'] ?? ''))
  if (known !== undefined) {
    store.change(known, values)
    return known
  }
  const made = { CreatedDate: now, CreatedById: userId, AccountId: account.Id, IsPersonAccount: true }
  const contact = store.add('Contact', Object.assign(store.blank('Contact'), values, made))
  store.change(account, { PersonContactId: contact.Id })
  return contact
}

function contactValues(account: Row): Record<string, FieldValue> {
  return Object.fromEntries(Object.entries(PERSON_FIELDS).map(([from, to]) => [to, account[from] ?? null]))
}

/** The values of a contact under their names on a person account. */
export function asPersonAccount(contact: Values): Record<string, FieldValue> {
  const named = Object.entries(PERSON_FIELDS).flatMap(([to, from]): [string, FieldValue][] => {
    const value = contact[from]
    return value === undefined ? [] : [[to, value]]
  })
  return Object.fromEntries(named)
}

/** The contact behind a person account. */
export function personContactOf(store: Store, account: Row): Row | undefined {
  return account['IsPersonAccount'] === true ? store.get(String(account['PersonContactId'])) : undefined
}
