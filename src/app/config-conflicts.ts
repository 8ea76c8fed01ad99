import { sameLabel } from '../domain/member-status.js'

/** Settings that are each fine and cannot stand beside each other, or beside what the org is. */
export interface ConfigConflict {
  path: readonly string[]
  message: string
}

/** Reads a setting of the file by its path, or its default; undefined where it is no text. */
export type TextAt = (path: readonly string[]) => string | undefined

const RUNG_LABELS = ['registered', 'no_show', 'attended'].map((rung) => ['campaign', 'memberStatuses', rung, 'label'])
const GONE = ['withdrawn', 'deleted', 'banned', 'optedOut']
const FACT_NAMES = ['lastEventName', 'lastEventDate', 'eventsAttended', 'skills', 'projects', 'firstTouch']
/** Fields of Contact itself that what somebody did may be told to; the others say who somebody is, or belong to the org. */
const OPEN_FIELDS = ['LeadSource', 'Description']

/**
 * What the schema cannot see: labels of statuses that the org would take for one (objects.md §5.1 compares without case), so that who came
 * could not be told from who did not; and facts about people that would be written to one field, or over who they are.
 */
export function conflictsIn(textAt: TextAt): ConfigConflict[] {
  return [...labelConflicts(textAt), ...fieldConflicts(textAt)]
}

/** The status that `mark` gives is one of its own: a member who is gone could not be told from one who is not. */
function labelConflicts(textAt: TextAt): ConfigConflict[] {
  const marks = GONE.some((why) => textAt(['campaign', 'gone', why]) === 'mark')
  const used = marks ? [...RUNG_LABELS, ['campaign', 'gone', 'status']] : RUNG_LABELS
  return twins(used, textAt, sameLabel, 'each status has a label of its own, whatever its case')
}

function fieldConflicts(textAt: TextAt): ConfigConflict[] {
  const written = FACT_NAMES.map((fact) => ['writeBack', 'fields', fact]).filter(
    (path) => textAt([...path, 'policy']) !== 'never',
  )
  const fields = written.map((path) => [...path, 'field'])
  const wrong = fields.filter((path) => !mayBeWritten(textAt(path)))
  return [
    ...wrong.map((path) => ({
      path,
      message: `is ${quoted(textAt(path))}; it may be a custom field (…__c), ${OPEN_FIELDS.join(' or ')}: the other fields of Contact say who somebody is`,
    })),
    ...twins([...fields, ['enrichment', 'ownKeyField']], textAt, sameLabel, 'each fact has a field of its own'),
  ]
}

function mayBeWritten(field: string | undefined): boolean {
  if (field === undefined || /__c$/iu.test(field)) return true
  return OPEN_FIELDS.some((open) => sameLabel(open, field))
}

/** Each of those that are the same, with what it is the same as. */
function twins(
  paths: readonly string[][],
  textAt: TextAt,
  isSame: (a: string, b: string) => boolean,
  rule: string,
): ConfigConflict[] {
  return paths.flatMap((path) => {
    const text = textAt(path)
    const twin = paths.find((other) => {
      const its = textAt(other)
      return other !== path && text !== undefined && its !== undefined && isSame(text, its)
    })
    if (!twin) return []
    return [{ path, message: `is ${quoted(text)}, and so is ${twin.join('.')}: ${rule}` }]
  })
}

function quoted(text = ''): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}…` : text)
}
