import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { ObjectId, type Document } from 'mongodb'
import { runAudit, runForget } from '../../src/cli/run-forget.js'
import { MhError } from '../../src/errors.js'
import { createEnricher } from '../../src/library/index.js'
import { auditText, forgottenText } from '../../src/render/erasure.js'
import { undoText } from '../../src/render/undo.js'
import { atTerminal, ENTER } from '../support/redrawn-terminal.js'
import { aWorld } from '../support/world.js'
import { AS_LEAD, AT_WORK, PARKED, Somebody } from './somebody.js'

/** What docs/erasure.md shows, by the name of each piece. */
export type Shown = Readonly<Record<string, string>>

export interface Show {
  shown: Shown
  /** What was found of them before, right after, and after each attempt to bring them back. */
  before: Record<string, number>
  /** After somebody had confirmed it with another address. */
  afterSlip: Record<string, number>
  after: Record<string, number>
  attempts: { what: string; found: Record<string, number> }[]
  historyLines: number
}

const OTHER_SPELLINGS = {
  [AT_WORK]: 'MaraKanari+import@engines.example',
  [AS_LEAD]: 'm.arakanari@gmail.com',
  [PARKED]: 'MARA.kanari+import@googlemail.com',
}
const KEY = 'a key of this installation, of 32 characters'
const FORGET = ['privacy', 'forget', AS_LEAD, '--recycle-bin', '--receipt', 'receipt.json'] as const
const AGAIN = 'Type the address or id again'
/** So many lines of history have whoever has been to three events. */
export const LINES_WANTED = 40

/** Erases one person, tries everything that might bring them back, and says what was to be seen. */
export async function showErasure(): Promise<Show> {
  const world = await aWorld({ participants: 100 })
  world.user.environment.MH_SF_PRIVACY_KEY = KEY
  try {
    const mara = await Somebody.register(world)
    await mara.live(['search', 'vector', 'atlas'])
    const historyLines = await linesAbout(mara)
    const before = await mara.whereMarked()
    const backup = await mara.participants.find().toArray()
    const preview = await dryRun(mara)
    await slipOfTheHand(mara)
    const afterSlip = await mara.whereMarked()
    const { screen, receipt } = await typedErasure(mara)
    const after = await mara.whereMarked()
    const receiptFile = join(world.user.home, 'receipt.json')
    const audited = await audit(mara, receiptFile)
    const { attempts, undone } = await attemptsToBringBack(mara, backup)
    const restored = await restoredBackup(mara, backup)
    const shown = {
      before: foundText(before),
      'dry run': preview,
      erasure: screen,
      receipt,
      after: foundText(after),
      audit: audited,
      undo: undone,
      attempts: attempts.map(({ what, said }) => `${what.padEnd(50)} ${said}`).join('\n'),
      restored,
    }
    const tidied = Object.fromEntries(Object.entries(shown).map(([name, text]) => [name, tidy(text)]))
    return { shown: tidied, before, afterSlip, after, attempts, historyLines }
  } finally {
    await world.close()
  }
}

async function linesAbout(mara: Somebody): Promise<number> {
  const ids = [mara.ids.work, mara.ids.lead, mara.ids.parked]
  return mara.world.db.collection('salesforce_run_lines').countDocuments({ participantIds: { $in: ids } })
}

async function dryRun(mara: Somebody): Promise<string> {
  await using app = await mara.app('privacy forget')
  const flags = { 'dry-run': true, 'recycle-bin': true, quiet: true }
  return forgottenText((await runForget(app, AS_LEAD, flags, () => undefined)).result)
}

/** Somebody types another address. */
async function slipOfTheHand({ world }: Somebody): Promise<void> {
  const terminal = atTerminal(world.user, ...FORGET)
  await terminal.until(AGAIN)
  terminal.type(`mara@gmail.com${ENTER}`)
  if ((await terminal.ended) !== 2) throw new Error(`a slip of the hand is no confirmation: ${terminal.screen()}`)
}

/** By the built binary, on a terminal. */
async function typedErasure({ world }: Somebody): Promise<{ screen: string; receipt: string }> {
  const terminal = atTerminal(world.user, ...FORGET)
  await terminal.until(AGAIN)
  terminal.type(AS_LEAD + ENTER)
  if ((await terminal.ended) !== 0) throw new Error(`it was not erased: ${terminal.screen()}`)
  return { screen: settled(terminal.screen()), receipt: readFileSync(join(world.user.home, 'receipt.json'), 'utf8') }
}

/** From the answered question on: what stands above it is what the dry run showed. */
function settled(screen: string): string {
  return screen.slice(screen.lastIndexOf(`✔ This cannot be undone. ${AGAIN}`))
}

async function audit(mara: Somebody, receipt?: string): Promise<string> {
  await using app = await mara.app('privacy audit')
  return auditText((await runAudit(app, receipt)).result)
}

interface Attempt {
  what: string
  said: string
  found: Record<string, number>
}

async function attemptsToBringBack(
  mara: Somebody,
  backup: readonly Document[],
): Promise<{ attempts: Attempt[]; undone: string }> {
  const attempts: Attempt[] = []
  const tried = async (what: string, attempt: () => Promise<string>) => {
    const said = await attempt()
    attempts.push({ what, said, found: await mara.whereMarked() })
  }
  let undone = ''
  await tried('all runs that had to do with them are undone', async () => {
    for (const id of [...mara.runs].reverse()) undone = undoText(await mara.undo(id))
    return `${mara.runs.length} undos`
  })
  await tried('who was not looked at for long is looked at', async () => {
    const { outcomes } = await mara.backfillStale()
    return `${outcomes.opted_out} left alone`
  })
  await tried('a night runs', async () => {
    const before = EJSON.stringify(await mara.platformDocuments())
    const { steps } = await mara.night()
    const done = steps.filter(({ state }) => state !== 'skipped').length
    const same = EJSON.stringify(await mara.platformDocuments()) === before
    return `${done} steps, their documents ${same ? 'as before' : 'changed'}`
  })
  await tried('they register again, in another spelling', async () => {
    await mara.signUp('MARA.KANARI@gmail.com', await mara.liveEvents())
    return night(mara)
  })
  await tried('the platform imports its people anew', async () => {
    const again = backup.flatMap(({ salesforce: _, customerTier: _tier, isExistingCustomer: _is, ...person }) => {
      const at = Object.keys(OTHER_SPELLINGS).indexOf(String(person.email))
      const email = Object.values(OTHER_SPELLINGS)[at]
      return email === undefined ? [] : [{ ...person, _id: new ObjectId(`c${at}`.padStart(24, '0')), email }]
    })
    await mara.participants.insertMany(again)
    return night(mara)
  })
  await tried('they are put into the queue, and a worker comes', async () => {
    const worked = await mara.enqueue([mara.ids.lead])
    return `${worked.drained.outcomes.opted_out} left alone`
  })
  await tried('the platform saves them as pending', async () => {
    const mark = { salesforce: { syncStatus: 'pending' } }
    await mara.participants.updateOne({ _id: new ObjectId(mara.ids.lead) }, { $set: mark })
    const { swept } = await mara.enqueue([])
    return `${swept} put in, the audit finds ${(await audit(mara)).startsWith('Nobody') ? 'nobody' : 'somebody'}`
  })
  await tried("the platform's sign-up asks the library", async () => {
    const { environment, home } = mara.world.user
    const enricher = createEnricher({
      uri: environment.MONGODB_URI ?? '',
      environment: { ...environment, SF_PRIVATE_KEY_PATH: join(home, 'server.key') },
      stateDirectory: join(home, 'data/mh-sf'),
    })
    const answer = await enricher.enrich(mara.ids.lead, { timeoutMs: 30_000 })
    await enricher.close()
    return 'match' in answer ? `answers ${answer.match}` : answer.status
  })
  await tried('somebody looks them up, and has it saved', async () => {
    const { result } = await mara.lookUp(AS_LEAD)
    return `${result.saved?.written ?? 0} saved`
  })
  await tried('somebody decides that they are their contact', async () => {
    return mara.decide(mara.ids.lead, mara.ids.contact).then(
      () => 'it is taken',
      (error: unknown) => (error instanceof MhError ? `refused (${error.code})` : String(error)),
    )
  })
  return { attempts, undone }
}

/** What a night does with everybody. */
async function night(mara: Somebody): Promise<string> {
  const { summary } = await mara.backfillAll()
  const { leads, events } = await mara.sync()
  const added = events.reduce((sum, { members }) => sum + (members?.inserted ?? 0), 0)
  return `${summary.outcomes.opted_out} left alone, ${leads?.created ?? 0} leads, ${added} members`
}

/** The old documents are back, with what we had added to them. */
async function restoredBackup(mara: Somebody, backup: readonly Document[]): Promise<string> {
  await mara.participants.drop()
  await mara.participants.insertMany([...backup])
  await night(mara)
  const found = await audit(mara)
  await using app = await mara.app('privacy forget')
  const flags = { 'dry-run': false, confirm: AS_LEAD, 'recycle-bin': true, quiet: true }
  const { result } = await runForget(app, AS_LEAD, flags, () => undefined)
  return [
    '$ mh-sf privacy audit',
    found,
    '',
    `$ mh-sf privacy forget ${AS_LEAD} --recycle-bin --confirm ${AS_LEAD}`,
    forgottenText(result),
    '',
    '$ mh-sf privacy audit',
    await audit(mara),
  ].join('\n')
}

/** Where they were found, in both systems. */
function foundText(found: Record<string, number>): string {
  const lines = Object.entries(found).map(([where, records]) => `${where.padEnd(26)} ${records}`)
  return lines.join('\n')
}

/** Without what is another one each time: ids of runs, times, what is signed. */
function tidy(text: string): string {
  return text
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-z]+/gu, '20261130T220000Z-a1b2c3')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, '2026-11-30T22:00:00.000Z')
    .replaceAll(/\d+\.\d s$/gmu, '0.3 s')
    .replaceAll(/(?<="value": ")[^"]+/gu, '…')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
}
