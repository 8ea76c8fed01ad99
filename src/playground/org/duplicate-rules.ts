import type { DuplicateMatches } from './duplicate-result.js'
import { alikeNames } from './name-likeness.js'
import { saveError, type SaveError } from './org-error.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { FieldValue, Row, Store } from './store.js'

/**
 * What the standard duplicate rules of Contact and Lead do with a new record that matches: nothing (`off`), save it
 * (`report`), refuse it unless the caller sends allowSave (`alert`), refuse it always (`block`) (objects.md §9).
 */
export const DUPLICATE_ACTIONS = ['off', 'report', 'alert', 'block'] as const
export type DuplicateAction = (typeof DUPLICATE_ACTIONS)[number]

/** What `Sforce-Duplicate-Rule-Header` asks for (rest.md §11). */
export interface DuplicateOptions {
  readonly allowSave: boolean
  readonly includeRecordDetails: boolean
}

/** The text that an administrator may change; this is the standard rules' own. */
const ALERT = 'Use one of these records?'
const PEOPLE = ['Contact', 'Lead']
const LEADS_FIRST = [...PEOPLE].reverse()

/** What of the org's settings the rules obey. */
export interface DuplicateSettings {
  readonly duplicateRules: DuplicateAction
  readonly duplicatesByCompany: boolean
}

/** What refuses a record about to be created, and how. */
export interface DuplicateRule {
  /** The object of the rule, Contact or Lead. */
  readonly object: string
  readonly action: DuplicateAction
  readonly includeRecordDetails: boolean
  /** Leads of one company with names alike count as well. */
  readonly byCompany: boolean
}

/** The standard rule of an object, if it can refuse a new record; on an edit the rules only report. */
export function duplicateRuleOf(
  object: string,
  { duplicateRules: action, duplicatesByCompany: byCompany }: DuplicateSettings,
  options: DuplicateOptions | undefined,
): DuplicateRule | undefined {
  const decisive = action === 'block' || (action === 'alert' && options?.allowSave !== true)
  if (!decisive || !PEOPLE.includes(object)) return undefined
  return { object, action, includeRecordDetails: options?.includeRecordDetails === true, byCompany }
}

/**
 * Runs a rule on a record about to be created. It compares with contacts and with leads. Of the standard matching rules
 * the branch `First Name AND Last Name AND Email` is kept: equal address by index, names alike; and for leads, where a
 * setting asks for it because it reads them all, name and company (objects.md §9). Converted leads are left out.
 *
 * @param fresh ids of records made by the same call: rows of one request are not compared with each other (objects.md §9)
 */
export function duplicateErrors(
  store: Store,
  { object, action, includeRecordDetails, byCompany }: DuplicateRule,
  values: Readonly<Record<string, FieldValue>>,
  fresh: ReadonlySet<string> | undefined,
  readable: (def: ObjectDef) => readonly FieldDef[],
): SaveError[] {
  const matches: DuplicateMatches[] = []
  for (const name of object === 'Lead' ? LEADS_FIRST : PEOPLE) {
    const sharers = sharersOf(store, name, values, byCompany && object === 'Lead')
    const rows = sharers.length === 0 ? sharers : sharers.filter((row) => isMatch(row, values, fresh))
    const def = rows.length === 0 ? undefined : store.object(name)
    if (def !== undefined) matches.push({ def, rows, fields: includeRecordDetails ? readable(def) : [] })
  }
  if (matches.length === 0) return []
  return [{ ...saveError('DUPLICATES_DETECTED', ALERT), duplicates: { object, action, matches } }]
}

/** Rows that share the address, or if asked for of leads, the company. */
function sharersOf(
  store: Store,
  object: string,
  { Email: email, Company: company }: Readonly<Record<string, FieldValue>>,
  byCompany: boolean,
): readonly Row[] {
  const byAddress = typeof email === 'string' ? (store.lookup(object, 'Email', email) ?? []) : []
  if (!byCompany || object !== 'Lead' || typeof company !== 'string') return byAddress
  const isColleague = (row: Row) => String(row['Company']).toLowerCase() === company.toLowerCase()
  return [...new Set([...byAddress, ...[...store.scan(object)].filter(isColleague)])]
}

function isMatch(
  row: Row,
  values: Readonly<Record<string, FieldValue>>,
  fresh: ReadonlySet<string> | undefined,
): boolean {
  if (row.IsDeleted || row['IsConverted'] === true || fresh?.has(row.Id) === true) return false
  return alikeNames(row, values)
}

const TRUE = /^true$/i

/** Reads `allowSave=true; includeRecordDetails=true`; all default to false, and there is only one user to run as (rest.md §11). */
export function duplicateOptions(header: string | undefined): DuplicateOptions {
  const given = new Map<string, string>()
  for (const part of (header ?? '').split(/[;,]/)) {
    const [name = '', value = ''] = part.split('=').map((one) => one.trim())
    given.set(name.toLowerCase(), value)
  }
  const isOn = (name: string): boolean => TRUE.test(given.get(name) ?? '')
  return { allowSave: isOn('allowsave'), includeRecordDetails: isOn('includerecorddetails') }
}
