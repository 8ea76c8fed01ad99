import type { DuplicateAction } from './duplicate-rules.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { Row } from './store.js'
import { attributesOf, jsonValue } from './wire.js'

/** Records of one object that a new record seems to repeat, and the fields that are told of them beside the Id. */
export interface DuplicateMatches {
  readonly def: ObjectDef
  readonly fields: readonly FieldDef[]
  readonly rows: readonly Row[]
}

/** Why a duplicate rule refused a record. */
export interface DuplicateFinding {
  /** The object of the rule, Contact or Lead. */
  readonly object: string
  readonly action: DuplicateAction
  readonly matches: readonly DuplicateMatches[]
}

const MATCH_RULES: Readonly<Record<string, string>> = {
  Contact: 'Standard_Contact_Match_Rule_v1_1',
  Lead: 'Standard_Lead_Match_Rule_v1_0',
}

/** What a single create adds to its error, under the misspelt key `duplicateResut` (rest.md §11). */
export function duplicateResult(
  { object, action, matches }: DuplicateFinding,
  message: string,
  version: string,
): object {
  return {
    allowSave: action === 'alert',
    duplicateRule: `Standard_${object}_Duplicate_Rule`,
    duplicateRuleEntityType: object,
    errorMessage: message,
    matchResults: matches.map((one) => matchResult(one, version)),
  }
}

function matchResult({ def, rows, fields }: DuplicateMatches, version: string): object {
  return {
    entityType: def.name,
    errors: [],
    matchEngine: 'FuzzyMatchEngine',
    matchRecords: rows.map((row) => ({
      additionalInformation: [],
      fieldDiffs: [],
      matchConfidence: 100,
      record: {
        attributes: attributesOf(def, row, version),
        Id: row.Id,
        ...Object.fromEntries(fields.map((field) => [field.name, jsonValue(def, field, row)])),
      },
    })),
    rule: MATCH_RULES[def.name],
    size: rows.length,
    success: true,
  }
}
