import type { RunLine } from '../domain/run-line.js'
import type { Kept, Present } from '../domain/undo.js'
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
import { statusKey } from './undo-members.js'

/** Campaigns: fields go back; one that the run made goes, unless somebody else has put something into it. */
export function undoCampaigns(tools: UndoTools): UndoKind {
  const object = 'Campaign'
  return {
    object,
    look: (lines) => lookAtCampaigns(tools, lines),
    note: (decisions) => {
      const { removedCampaigns, keptCampaigns } = tools.walk
      for (const { lines, step, kept } of decisions) {
        if (!lines.some(({ action }) => action === 'insert')) continue
        if (step.kind === 'remove') removedCampaigns.add(step.id)
        else if (kept) for (const line of lines) keptCampaigns.add(recordIdOf(line) ?? line.key)
      }
    },
    apply: (...steps) => sendSteps(tools, object, ...steps),
  }
}

async function lookAtCampaigns(tools: UndoTools, lines: readonly RunLine[]): Promise<Sighting[]> {
  const { org, undone, ledger, walk } = tools
  const fields = fieldsOf(lines)
  const read = { object: 'Campaign', fields: [...new Set(['Id', ...fields, ...AUDIT_FIELDS])] }
  const ids = lines.flatMap((line) => recordIdOf(line) ?? [])
  // What nobody has heard of is known by its name, and then by all that it was given.
  const unheard = lines.filter((line) => recordIdOf(line) === undefined)
  const names = unheard.flatMap(({ after }) => textIn(after, 'Name') ?? [])
  const rows = (
    await readPresent(org, [
      { ...read, by: 'Id', values: ids },
      { ...read, by: 'Name', values: names },
    ])
  ).flat()
  const found = rows.map((row) => row.Id ?? '')
  const [members = [], below = []] = await readPresent(org, [
    { object: 'CampaignMember', fields: ['CampaignId'], by: 'CampaignId', values: found, counted: true },
    { object: 'Campaign', fields: ['ParentId'], by: 'ParentId', values: found, counted: true },
  ])
  const ofOthers = new Map(members.map((row) => [row.CampaignId ?? '', Number(row.records ?? 0)]))
  const parents = new Set(below.map(({ ParentId = '' }) => ParentId))
  const touched = await ledger.touchedSince('Campaign', found)
  const holds = (row: FlatRow): Kept | undefined => {
    const id = row.Id ?? ''
    if ((ofOthers.get(id) ?? 0) > (walk.without.get(id) ?? 0)) return 'has members that the run did not add'
    if (parents.has(id)) return 'has campaigns below it'
    // What later runs of ours changed is seen by the values themselves.
    return isEdited(row) && !touched.has(id) ? 'changed since' : undefined
  }
  return lines.map((line) => {
    const id = recordIdOf(line)
    const row = rows.find((each) => (id === undefined ? isTheUnheard(each, line, undone) : each.Id === id))
    const present = row && { ...presentOf(row, fields), holds: holds(row) }
    return { line: heard(line, row), key: present?.id ?? id ?? line.key, present }
  })
}

/** The description has the event's mark, so nobody else's Campaign holds the same. */
function isTheUnheard(row: FlatRow, { after = {} }: RunLine, undone: UndoTools['undone']): boolean {
  const { Name = null, Description = null } = after
  return isSince(undone, row) && row.Name === Name && (row.Description ?? null) === Description
}

/**
 * The statuses of members: those that the run added go, unless they are in use; the others get their order and response back.
 * After the Campaigns: with one that is removed its statuses go, with one that is kept they stay.
 */
export function undoStatuses(tools: UndoTools): UndoKind {
  const object = 'CampaignMemberStatus'
  return {
    object,
    look: (lines) => lookAtStatuses(tools, lines),
    apply: (...steps) => sendSteps(tools, object, ...steps),
  }
}

const STATUS_FIELDS = ['CampaignId', 'Label', 'HasResponded', 'SortOrder', 'IsDefault']

async function lookAtStatuses({ org, walk }: UndoTools, lines: readonly RunLine[]): Promise<Sighting[]> {
  const read = { object: 'CampaignMemberStatus', fields: ['Id', ...STATUS_FIELDS] }
  const unheard = lines.filter((line) => recordIdOf(line) === undefined)
  const campaigns = unheard.flatMap(({ after }) => textIn(after, 'CampaignId') ?? [])
  const [known = [], labelled = []] = await readPresent(org, [
    { ...read, by: 'Id', values: lines.flatMap((line) => recordIdOf(line) ?? []) },
    { ...read, by: 'CampaignId', values: campaigns },
  ])
  const within = [...known, ...labelled]
    .map(({ CampaignId = '' }) => CampaignId)
    .filter((id) => !walk.removedCampaigns.has(id))
  const fields = ['CampaignId', 'Status']
  const [counts = []] = await readPresent(org, [
    { object: 'CampaignMember', fields, by: 'CampaignId', values: within, counted: true },
  ])
  const used = new Map<string, number>()
  for (const { CampaignId = '', Status, records } of counts) {
    const key = statusKey(CampaignId, Status)
    used.set(key, (used.get(key) ?? 0) + Number(records ?? 0) - (walk.without.get(key) ?? 0))
  }
  return lines.map((line) => {
    const id = recordIdOf(line)
    const row =
      id === undefined ? labelled.find((each) => isLabelled(each, line)) : known.find((each) => each.Id === id)
    const goes = row && walk.removedCampaigns.has(row.CampaignId ?? '')
    const present = row && !goes ? { ...presentOf(row, STATUS_FIELDS), holds: holdsStatus(row, walk, used) } : undefined
    return { line: heard(line, row), key: row?.Id ?? id ?? line.key, present }
  })
}

function holdsStatus(row: FlatRow, walk: UndoTools['walk'], used: ReadonlyMap<string, number>): Present['holds'] {
  const { CampaignId = '', Label, IsDefault } = row
  if (walk.keptCampaigns.has(CampaignId)) return 'its record is kept'
  const isUsed = (used.get(statusKey(CampaignId, Label)) ?? 0) > 0
  return isUsed || IsDefault === 'true' ? 'is the default, or members have it' : undefined
}

function isLabelled({ CampaignId, Label }: FlatRow, { after }: RunLine): boolean {
  return CampaignId === textIn(after, 'CampaignId') && Label === textIn(after, 'Label')
}
