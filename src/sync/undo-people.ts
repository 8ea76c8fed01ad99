import type { LineValue, LineValues, RunLine } from '../domain/run-line.js'
import { sameValue, type Kept, type UndoDecision } from '../domain/undo.js'
import { isSameValue, isNumeric, type FieldDetails } from '../domain/write-back.js'
import { LeadClaims } from '../mongo/lead-claims.js'
import { WrittenContacts } from '../mongo/written-contacts.js'
import { readFieldDetails } from '../salesforce/field-details.js'
import { readPresent } from '../salesforce/present-records.js'
import type { FlatRow } from '../salesforce/query.js'
import { sendSteps } from './send-undo.js'
import {
  AUDIT_FIELDS,
  fieldsOf,
  isEdited,
  heard,
  isSince,
  presentOf,
  recordIdOf,
  textIn,
  type Sighting,
  type UndoKind,
  type UndoTools,
} from './undo-kind.js'

/** Leads that the run made go, unless somebody has worked with them since; their addresses may be made again then. */
export function undoLeads(tools: UndoTools): UndoKind {
  const object = 'Lead'
  const { org, database, undone } = tools
  return {
    object,
    look: (lines) => lookAtLeads(tools, lines),
    apply: async (owed, settle, lineOf) => {
      // First, so that nobody can be left without a Lead and with a claim that says there is one.
      const { orgId } = await org.session()
      const ids = owed.flatMap(({ step }) => (step.kind === 'remove' ? [step.id] : []))
      await new LeadClaims(database, orgId, undone.id).forget(ids)
      await sendSteps(tools, object, owed, settle, lineOf)
    },
  }
}

async function lookAtLeads({ org, undone, walk }: UndoTools, lines: readonly RunLine[]): Promise<Sighting[]> {
  const fields = fieldsOf(lines)
  const read = { object: 'Lead', fields: [...new Set(['Id', ...fields, 'IsConverted', ...AUDIT_FIELDS])] }
  const ids = lines.flatMap((line) => recordIdOf(line) ?? [])
  const unheard = lines.filter((line) => recordIdOf(line) === undefined)
  const rows = (
    await readPresent(org, [
      { ...read, by: 'Id', values: ids },
      { ...read, by: 'Email', values: unheard.flatMap(({ after }) => textIn(after, 'Email') ?? []) },
    ])
  ).flat()
  const found = rows.map((row) => row.Id ?? '')
  const [members = [], tasks = []] = await readPresent(org, [
    { object: 'CampaignMember', fields: ['LeadId'], by: 'LeadId', values: found, counted: true },
    { object: 'Task', fields: ['WhoId'], by: 'WhoId', values: found, counted: true, optional: 'activities of Leads' },
  ])
  const memberships = new Map(members.map((row) => [row.LeadId ?? '', Number(row.records ?? 0)]))
  const busy = new Set(tasks.map(({ WhoId = '' }) => WhoId))
  const holds = (row: FlatRow): Kept | undefined => {
    const id = row.Id ?? ''
    if (row.IsConverted === 'true') return 'converted since'
    if ((memberships.get(id) ?? 0) > (walk.without.get(id) ?? 0)) return 'is a member of a campaign since'
    if (busy.has(id)) return 'has activities'
    return isEdited(row) ? 'changed since' : undefined
  }
  const byId = new Map(rows.map((row) => [row.Id ?? '', row]))
  return lines.map((line) => {
    const id = recordIdOf(line)
    const row = id === undefined ? rows.find((each) => isTheUnheard(each, line, undone)) : byId.get(id)
    const present = row && { ...presentOf(row, fields), holds: holds(row) }
    return { line: heard(line, row), key: present?.id ?? id ?? line.key, present }
  })
}

/** A Lead of which nobody heard whether it was made: made since, and with all that it was given. */
function isTheUnheard(row: FlatRow, { after = {} }: RunLine, undone: UndoTools['undone']): boolean {
  return (
    isSince(undone, row) && Object.entries(after).every(([field, value]) => sameValue(field, row[field] ?? null, value))
  )
}

/** Contacts: fields go back where they still hold what the run wrote, and so do our notes of what we wrote. */
export async function undoContacts(tools: UndoTools): Promise<UndoKind> {
  const object = 'Contact'
  const { org, database } = tools
  const details = await readFieldDetails(org, object)
  const { orgId } = await org.session()
  const written = new WrittenContacts(database, orgId)
  return {
    object,
    look: async (lines) => {
      const fields = fieldsOf(lines)
      const values = lines.map(({ key }) => key)
      const [rows = []] = await readPresent(org, [{ object, fields: ['Id', ...fields], by: 'Id', values }])
      const byId = new Map(rows.map((row) => [row.Id ?? '', row]))
      return lines.map((line) => {
        const row = byId.get(line.key)
        return { line: typed(line, details), key: line.key, present: row && presentOf(row, fields) }
      })
    },
    isSame: (field, a, b) => isSame(details.get(field), a, b),
    apply: (...steps) => sendSteps(tools, object, ...steps),
    finish: (done) => restoreNotes(written, done),
  }
}

function isSame(detail: FieldDetails | undefined, a: LineValue, b: LineValue): boolean {
  if (sameValue('', a, b)) return true
  if (!detail || a === null || b === null) return false
  return isSameValue(String(a), String(b), detail)
}

/** The ledger has texts, as they were read; a number is sent as one. */
function typed(line: RunLine, details: ReadonlyMap<string, FieldDetails>): RunLine {
  const before = Object.entries(line.before ?? {}).map(([field, value]) => {
    const detail = details.get(field)
    return [field, detail && isNumeric(detail) && value !== null ? Number(value) : value] as const
  })
  return line.before ? { ...line, before: Object.fromEntries(before) } : line
}

/** A field that somebody edited keeps its note: by it a later run sees that it was edited. */
async function restoreNotes(written: WrittenContacts, done: readonly UndoDecision[]): Promise<void> {
  const known = await written.read(done.map(({ lines: [line] }) => line?.key ?? ''))
  const all = done.flatMap(({ settles, kept }) => {
    const contactId = settles[0]?.key ?? ''
    const noted = known.get(contactId)
    if (!noted) return []
    const edited = new Set(kept?.fields)
    return [{ contactId, ...notesBefore(settles, noted, edited) }]
  })
  await written.restore(all)
}

function notesBefore(
  lines: readonly RunLine[],
  noted: { last: LineValues; sent: LineValues },
  edited: ReadonlySet<string>,
): { values: LineValues; sent: LineValues } {
  const now = { values: { ...noted.last }, sent: { ...noted.sent } }
  const changed: { values: Record<string, LineValue>; sent: Record<string, LineValue> } = { values: {}, sent: {} }
  for (const { after = {}, notes } of lines) {
    for (const [field, given] of Object.entries(after)) {
      for (const as of ['values', 'sent'] as const) {
        const is = changed[as][field] ?? now[as][field]
        if (!edited.has(field) && is === given) changed[as][field] = notes?.[as][field] ?? null
      }
    }
  }
  return changed
}
