import type { RunLine } from '../domain/run-line.js'
import type { UndoDecision } from '../domain/undo.js'
import { readPresent } from '../salesforce/present-records.js'
import type { FlatRow } from '../salesforce/query.js'
import { sendSteps } from './send-undo.js'
import {
  heard,
  isSince,
  presentOf,
  recordIdOf,
  tally,
  textIn,
  todayOf,
  type Sighting,
  type UndoKind,
  type UndoTools,
} from './undo-kind.js'

const OBJECT = 'CampaignMember'
const FIELDS = ['CampaignId', 'ContactId', 'LeadId', 'Status']
const READ = { object: OBJECT, fields: ['Id', ...FIELDS, 'CreatedDate'] }

/**
 * Members: those that the run added go, statuses go back, and those that it removed are made again, since a member cannot
 * be undeleted (objects.md §5).
 */
export function undoMembers(tools: UndoTools): UndoKind {
  return {
    object: OBJECT,
    look: (lines) => look(tools, lines),
    note: (decisions) => {
      note(tools, decisions)
    },
    apply: (...steps) => sendSteps(tools, OBJECT, ...steps),
  }
}

/** By id; where that is not known, or the member is gone, by Campaign and person. */
async function look(tools: UndoTools, lines: readonly RunLine[]): Promise<Sighting[]> {
  const { org, undone } = tools
  const ids = lines.flatMap((line) => recordIdOf(line) ?? [])
  const seeking = lines.filter((line) => line.action === 'delete' || recordIdOf(line) === undefined)
  const pairs = seeking.flatMap((line) => pairOf(line) ?? [])
  const within = { field: 'CampaignId', values: [...new Set(pairs.map(({ campaign }) => campaign))] }
  const ofPeople = (by: 'ContactId' | 'LeadId') => {
    const values = pairs.filter((pair) => pair.by === by).map(({ person }) => person)
    return { ...READ, by, values, within }
  }
  const [known = [], ...found] = await readPresent(org, [
    { ...READ, by: 'Id', values: ids },
    ofPeople('ContactId'),
    ofPeople('LeadId'),
  ])
  const byId = new Map(known.map((row) => [row.Id ?? '', row]))
  const again = await madeAgain(tools, lines, byId)
  const byPair = new Map(found.flat().flatMap((row) => namesOf(row).map((name) => [name, row] as const)))
  return lines.map((line) => {
    const id = recordIdOf(line) ?? ''
    const row = byId.get(id) ?? again.get(id) ?? seek(byPair, line, undone)
    const present = row && presentOf(row, FIELDS)
    return { line: again.has(id) ? called(line, row) : heard(line, row), key: present?.id ?? (id || line.key), present }
  })
}

/** Members that a later run removed, and whose removal was undone: they are there under another id. */
async function madeAgain(
  { org, ledger }: UndoTools,
  lines: readonly RunLine[],
  byId: ReadonlyMap<string, FlatRow>,
): Promise<Map<string, FlatRow>> {
  const gone = lines
    .flatMap((line) => (line.action === 'delete' ? [] : (recordIdOf(line) ?? [])))
    .filter((id) => !byId.has(id))
  if (gone.length === 0) return new Map()
  const remade = await ledger.remade(OBJECT)
  const ids = gone.flatMap((id) => (remade.has(id) ? [{ id, today: todayOf(id, remade) }] : []))
  const [rows = []] = await readPresent(org, [{ ...READ, by: 'Id', values: ids.map(({ today }) => today) }])
  return new Map(ids.flatMap(({ id, today }) => rows.flatMap((row) => (row.Id === today ? [[id, row] as const] : []))))
}

function called(line: RunLine, { Id = '' }: FlatRow = {}): RunLine {
  return line.action === 'insert' ? { ...line, recordId: Id } : { ...line, key: Id }
}

function seek(byPair: ReadonlyMap<string, FlatRow>, line: RunLine, undone: UndoTools['undone']): FlatRow | undefined {
  const pair = pairOf(line)
  const row = pair && byPair.get(`${pair.campaign}/${pair.person}`)
  if (!row || line.action === 'delete') return row
  return recordIdOf(line) === undefined && isSince(undone, row) ? row : undefined
}

interface Pair {
  campaign: string
  by: 'ContactId' | 'LeadId'
  person: string
}

function pairOf({ before, after }: RunLine): Pair | undefined {
  const values = after ?? before
  const campaign = textIn(values, 'CampaignId')
  const by = textIn(values, 'ContactId') === undefined ? 'LeadId' : 'ContactId'
  const person = textIn(values, by)
  return campaign === undefined || person === undefined ? undefined : { campaign, by, person }
}

/** A converted lead's member has both ids, and is found by either (objects.md §5.7). */
function namesOf({ CampaignId = '', ContactId, LeadId }: FlatRow): string[] {
  return [ContactId, LeadId].flatMap((person) => (person === undefined ? [] : [`${CampaignId}/${person}`]))
}

/** Tells the walk who stays, and in a dry run who would be gone from which counts. */
function note({ walk }: UndoTools, decisions: readonly UndoDecision[]): void {
  for (const { kept, lines, step } of decisions) {
    const [line] = lines
    if (kept && line) walk.keptMembers.add(recordIdOf(line) ?? line.key)
    if (!walk.dryRun) continue
    if (step.kind === 'remove') {
      const [campaign, lead] = [textIn(step.was, 'CampaignId') ?? '', textIn(step.was, 'LeadId')]
      tally(walk, campaign, 1)
      tally(walk, statusKey(campaign, textIn(step.was, 'Status')), 1)
      if (lead !== undefined) tally(walk, lead, 1)
    }
  }
}

/** Under which the members of a Campaign that have a status are counted. */
export function statusKey(campaignId: string, status: string | undefined): string {
  return `${campaignId}/${(status ?? '').toLowerCase()}`
}
