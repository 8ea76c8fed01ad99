import type { LineValues, RunLine } from '../domain/run-line.js'
import { sameValue, type UndoDecision } from '../domain/undo.js'
import { campaignNotes, ENRICHED_PARTICIPANTS, NAMED_CAMPAIGNS } from '../mongo/document-kinds.js'
import { RestoredDocuments, type DocumentKind } from '../mongo/restored-documents.js'
import { RestoredMemberships } from '../mongo/restored-memberships.js'
import { CAMPAIGN_RECORDS, EVENTS, MEMBERSHIPS, PARTICIPANTS } from './document-lines.js'
import { textIn, todayOf, type SettleSteps, type UndoKind, type UndoTools } from './undo-kind.js'

/** What is read again after it was put back, and is not as it should be: somebody was quicker. */
const MOVED = 'MOVED'

/** Documents of the platform and our own, after the records of the org that they name. */
export async function undoDocuments(tools: UndoTools): Promise<UndoKind[]> {
  const { orgId } = await tools.org.session()
  return [
    memberships(tools),
    ofDocuments(tools, EVENTS, NAMED_CAMPAIGNS),
    ofDocuments(tools, CAMPAIGN_RECORDS, campaignNotes(orgId)),
    ofDocuments(tools, PARTICIPANTS, ENRICHED_PARTICIPANTS),
  ]
}

/** What a participant's document says of a membership follows the member: with one that is kept it stays. */
function memberships({ database, ledger, walk }: UndoTools): UndoKind {
  const store = new RestoredMemberships(database)
  return {
    object: MEMBERSHIPS,
    look: async (lines) => {
      const found = await store.read(lines.map(({ key }) => key))
      const remade = await ledger.remade('CampaignMember')
      return lines.map((line) => {
        const values = found.get(line.key)
        const isKept = values && walk.keptMembers.has(textIn(values, 'campaignMemberId') ?? '')
        const present = values && { id: line.key, values, ...(isKept ? KEPT : {}) }
        return { line: asRemade(line, remade), key: line.key, present }
      })
    },
    apply: async (owed, settle) => {
      const { restores, removals, makings } = sorted(owed)
      // An element is put back whole.
      const elements = await store.read(restores.map(({ id }) => id))
      const whole = restores.map(({ id, to }) => {
        const from = elements.get(id) ?? {}
        return { id, from, to: { ...from, ...to } }
      })
      await store.restore(whole)
      await store.remove(removals)
      await store.make(makings)
      await settleAsFound(owed, await store.read(owed.map(keyOf)), settle)
    },
  }
}

const KEPT = { stays: 'its record is kept' } as const

/** A member that was removed is back under another id. */
function asRemade(line: RunLine, remade: ReadonlyMap<string, string>): RunLine {
  const today = (values: LineValues) => ({
    ...values,
    campaignMemberId: todayOf(textIn(values, 'campaignMemberId') ?? '', remade),
  })
  const { before, after } = line
  return { ...line, ...(before ? { before: today(before) } : {}), ...(after ? { after: today(after) } : {}) }
}

function ofDocuments<Id>({ database, walk }: UndoTools, object: string, kind: DocumentKind<Id>): UndoKind {
  const store = new RestoredDocuments(database, kind)
  return {
    object,
    look: async (lines) => {
      const found = await store.read(lines.map(({ key }) => key))
      return lines.map((line) => {
        const values = found.get(line.key)
        const isKept = walk.keptCampaigns.has(textIn(line.after, 'campaignId') ?? '')
        const present = values && { id: line.key, values, ...(isKept ? KEPT : {}) }
        return { line, key: line.key, present }
      })
    },
    apply: async (owed, settle) => {
      const { restores, removals } = sorted(owed)
      await store.restore(restores)
      await store.remove(removals)
      await settleAsFound(owed, await store.read(owed.map(keyOf)), settle)
    },
  }
}

function sorted(owed: readonly UndoDecision[]) {
  return {
    restores: owed.flatMap(({ step }) => (step.kind === 'restore' ? [step] : [])),
    removals: owed.flatMap(({ step }) => (step.kind === 'remove' ? [step] : [])),
    makings: owed.flatMap((each) => (each.step.kind === 'make' ? [{ id: keyOf(each), values: each.step.values }] : [])),
  }
}

/** What was written is read again: who was changed meanwhile was not written. */
async function settleAsFound(
  owed: readonly UndoDecision[],
  found: ReadonlyMap<string, LineValues>,
  settle: SettleSteps,
): Promise<void> {
  await settle(
    owed.map((decision) => {
      const id = keyOf(decision)
      const isDone = isAsWanted(decision, found.get(id))
      return { decision, outcome: isDone ? { ok: true, id } : { ok: false, code: MOVED, fields: [] } }
    }),
  )
}

function isAsWanted({ step }: UndoDecision, found: LineValues | undefined): boolean {
  if (step.kind === 'remove' || !found) return step.kind === 'remove' && !found
  const wanted = step.kind === 'restore' ? step.to : step.kind === 'make' ? step.values : {}
  return Object.entries(wanted).every(([field, value]) => sameValue(field, found[field] ?? null, value))
}

function keyOf({ lines: [line] }: UndoDecision): string {
  return line?.key ?? ''
}
