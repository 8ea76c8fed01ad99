import { type DuplicateOptions, duplicateErrors, duplicateRuleOf } from './duplicate-rules.js'
import { saveError, type SaveError } from './org-error.js'
import { checkReferences, checkUnique, uniqueFieldsOf } from './record-keys.js'
import type { RecordReader } from './record-reader.js'
import type { Rights } from './rights.js'
import { lockProblem } from './row-locks.js'
import { RULES, type Saving } from './rules.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { OrgSettings } from './settings.js'
import type { FieldValue, Row, Store } from './store.js'
import type { ParentLocks, Transaction } from './transaction.js'
import { validationErrors, validationRulesOf } from './validation-rules.js'
import type { Source } from './values.js'

/** Who saves, and how the values were sent. */
export interface SaveContext {
  readonly userId: string
  readonly source: Source
  /** What the caller asks of duplicate rules; all off when left out. */
  readonly duplicates?: DuplicateOptions
  /** Whether assignment rules run: in REST unless the caller says no (rest.md §11). */
  readonly assigns?: boolean
  readonly transaction?: Transaction
}

/** What the rules of saving need to know of the org. */
export interface DmlOptions {
  /** Epoch milliseconds. */
  now(): number
  hidden(object: string, field: string): boolean
  readOnly(object: string, field: string): boolean
  /** Read anew for whatever is saved together: they may change while the org runs. */
  readonly settings: Pick<
    OrgSettings,
    'duplicateRules' | 'duplicatesByCompany' | 'leadAssignment' | 'parentLockMs' | 'personAccounts' | 'validationRules'
  >
  readonly rights: Rights
}

/** Where records are saved. */
export interface SavingOrg {
  readonly store: Store
  readonly options: DmlOptions
  readonly locks: ParentLocks
}

/** Records of one object that one caller saves. */
export interface SavingJob {
  readonly org: SavingOrg
  readonly def: ObjectDef
  readonly context: SaveContext
  readonly reader: RecordReader
}

/** What one rule has against a record that is created. */
export type CreateCheck = (saving: Saving) => readonly SaveError[]
/** What one rule has against changes to a row. */
export type UpdateCheck = (saving: Saving, row: Row) => readonly SaveError[]

type Values = Readonly<Record<string, FieldValue>>

const NONE: readonly SaveError[] = []

/** What is asked of a new record, in this order: later checks rely on the earlier ones. */
export function createChecks(job: SavingJob): readonly CreateCheck[] {
  const { org, def, context } = job
  const needed = def.fields.filter((field) => !field.nillable && field.createable)
  const rules = RULES[def.name]
  return [
    (saving) => rules?.beforeInsert?.(saving) ?? NONE,
    ({ values }) => missing(org, needed, (field) => isMissing(field, values[field.name])),
    referenceCheck(job),
    ...validationChecks(job),
    ...duplicateChecks(job),
    uniqueCheck(job),
    ({ values }) => lockProblem(String(values['CampaignId'] ?? values['AccountId'] ?? '')),
    ({ values }) => org.locks.take(def.name, context.transaction, values),
  ]
}

/** What is asked of changes to a record, in this order. */
export function updateChecks(job: SavingJob): readonly UpdateCheck[] {
  const { org, def, context } = job
  const rules = RULES[def.name]
  return [
    (saving, row) => rules?.beforeUpdate?.(saving, row) ?? NONE,
    ({ values }) => missing(org, clearedFields(def, values), (field) => !field.nillable),
    referenceCheck(job),
    ...validationChecks(job),
    uniqueCheck(job),
    (_saving, row) => lockProblem(row.Id),
    ({ values }, row) => org.locks.take(def.name, context.transaction, values, row),
  ]
}

/** Required on create: createable, not nillable, not defaulted (rest.md §9); or sent as null. */
function isMissing(field: FieldDef, value: FieldValue | undefined): boolean {
  return value === undefined ? !field.defaultedOnCreate : value === null
}

function clearedFields(def: ObjectDef, values: Values): readonly FieldDef[] {
  const cleared: FieldDef[] = []
  for (const name in values) {
    const field = values[name] === null ? def.field(name) : undefined
    if (field !== undefined) cleared.push(field)
  }
  return cleared
}

/** A lead without a company is to become a person account (objects.md §2). */
function missing(
  { options }: SavingOrg,
  fields: readonly FieldDef[],
  lacks: (field: FieldDef) => boolean,
): readonly SaveError[] {
  const optional = options.settings.personAccounts ? 'Company' : ''
  const absent = fields.filter((field) => field.name !== optional && lacks(field))
  if (absent.length === 0) return NONE
  const names = absent.map(({ name }) => name)
  return [saveError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names)]
}

function referenceCheck({ org, def, reader }: SavingJob): CreateCheck {
  const references = def.fields.filter(({ type }) => type === 'reference')
  return ({ values }) => (reader.hasReferences ? checkReferences(org.store, references, values) : NONE)
}

function uniqueCheck({ org, def, reader }: SavingJob): UpdateCheck & CreateCheck {
  const fields = uniqueFieldsOf(def)
  return ({ values }: Saving, row?: Row) => (reader.hasUnique ? checkUnique(org.store, def, fields, values, row) : NONE)
}

function validationChecks({ org, def }: SavingJob): ((saving: Saving, row?: Row) => SaveError[])[] {
  const rules = validationRulesOf(org.options.settings.validationRules, def)
  return rules.length === 0 ? [] : [({ values }, row) => validationErrors(rules, values, row)]
}

function duplicateChecks({ org, def, context }: SavingJob): CreateCheck[] {
  const { settings } = org.options
  const rule = duplicateRuleOf(def.name, settings, context.duplicates)
  if (rule === undefined) return []
  const readable = (shown: ObjectDef) => shown.fields.filter(({ name }) => !org.options.hidden(shown.name, name))
  return [({ values }) => duplicateErrors(org.store, rule, values, context.transaction?.created, readable)]
}
