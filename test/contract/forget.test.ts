import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { ObjectId } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runAudit, runForget } from '../../src/cli/run-forget.js'
import { runPrivacyExport } from '../../src/cli/run-privacy-export.js'
import { runLookup } from '../../src/cli/run-lookup.js'
import { runReviewResolve } from '../../src/cli/run-review.js'
import { runUndo } from '../../src/cli/run-undo.js'
import { Database } from '../../src/mongo/database.js'
import { Queue } from '../../src/mongo/queue.js'
import { auditText, forgottenJson, forgottenText } from '../../src/render/erasure.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
const NAME = 'Zz Marakanari'
const AT_WORK = 'marakanari@engines.example'
const [AS_LEAD, PARKED] = ['mara.kanari+hack@gmail.com', 'm.a.r.a.kanari@googlemail.com'] as const
const MARKED = /marakanari|mara\.kanari|m\.a\.r\.a|marked by mara/iu

let world: World
let ids: { work: string; lead: string; parked: string; contact: string }

const app = (command: string) => anApp(world.user, command, impatientClock())
const forget = async (more: Partial<Parameters<typeof runForget>[2]> = {}, typed: string = AS_LEAD) => {
  await using opened = await app('privacy forget')
  const flags = { 'dry-run': false, confirm: typed, 'recycle-bin': false, quiet: true, ...more }
  return await runForget(opened, typed, flags, () => undefined)
}
const audit = async (file?: string) => {
  await using opened = await app('privacy audit')
  return await runAudit(opened, file)
}
const backfillAll = async () => {
  await using opened = await app('backfill')
  return (await runBackfill(opened, { ...COMMON, all: true, force: false, 'create-leads': true })).result
}
const sync = async () => {
  await using opened = await app('campaign sync')
  return (await runCampaignSync(opened, 'sync', { ...COMMON, correct: false, 'create-leads': true })).result
}
const undo = async (id: string) => {
  await using opened = await app('runs undo')
  return (await runUndo(opened, id, { ...COMMON, last: false, confirm: id })).result
}
const participants = () => world.db.collection('participants')
const stored = (id: string) => participants().findOne({ _id: new ObjectId(id) })
const rows = (object: string) => [...world.org.store.scan(object)]
const living = (object: string) => rows(object).filter(({ IsDeleted }) => !IsDeleted)

const register = async (email: string, events: readonly unknown[]): Promise<string> => {
  const userId = new ObjectId()
  const account = { email: `${userId.toHexString()}@x.example`, notificationPreferences: { newsletter: true } }
  await world.db.collection('users').insertOne({ _id: userId, ...account })
  const registeredEvents = events.map((eventId) => ({ _id: new ObjectId(), eventId, status: 'attended' }))
  const person = { userId, email, name: NAME, skills: ['marked by mara'], registeredEvents, deletedAt: null }
  return (await participants().insertOne(person)).insertedId.toHexString()
}

/** Where somebody is told of, by collection or object, and in how many documents or records. */
const whereMarked = async (): Promise<Record<string, number>> => {
  const found: Record<string, number> = {}
  const isMarked = (text: string) => MARKED.test(text) || Object.values(ids).some((id) => text.includes(id))
  const count = (where: string, texts: readonly string[]) => {
    const marked = texts.filter(isMarked).length
    if (marked > 0) found[where] = marked
  }
  for (const { name } of await world.db.listCollections().toArray()) {
    count(
      name,
      (await world.db.collection(name).find().toArray()).map((each) => EJSON.stringify(each)),
    )
  }
  for (const object of ['Contact', 'Lead', 'CampaignMember', 'Task']) {
    count(
      object,
      living(object).map((row) => JSON.stringify(row)),
    )
    count(
      `${object} in the bin`,
      rows(object)
        .filter((row) => row.IsDeleted)
        .map((row) => JSON.stringify(row)),
    )
  }
  return found
}

describe('somebody who is erased', () => {
  let runs: string[]

  beforeEach(async () => {
    world = await aWorld({ participants: 100 })
    world.org.settings.hiddenFields = []
    const live = await world.db
      .collection('events')
      .find({ status: { $in: ['open', 'in_progress'] } })
      .toArray()
    const events = live.slice(0, 3).map(({ _id }) => _id)
    const twins = ['1', '2'].map((Phone) => ({ LastName: 'Twin', Email: PARKED, Phone }))
    world.org.load('Contact', [{ FirstName: 'Zz', LastName: 'Marakanari', Email: AT_WORK }, ...twins] as never)
    ids = {
      work: await register(AT_WORK, events),
      lead: await register(AS_LEAD, events),
      parked: await register(PARKED, events.slice(0, 1)),
      contact: living('Contact').find(({ LastName }) => LastName === 'Marakanari')?.Id ?? '',
    }
    const before = await backfillAll()
    const first = await sync()
    runs = [before.runId ?? '', first.runId ?? '']
    // One person under two addresses: a person decided that the parked one is the contact, too.
    await using opened = await app('review resolve')
    await runReviewResolve(opened, ids.parked, { record: ids.contact, nobody: false, forget: false })
    runs.push((await sync()).runId ?? '')
    await runLookup(opened, [AS_LEAD], { refresh: false, save: true }, () => undefined)
    const database = await Database.open({ uri: world.user.environment.MONGODB_URI ?? '' })
    await new Queue(database).requestOne(ids.lead, 'live', 60_000)
    await database.close()
    const lines = world.db.collection('salesforce_run_lines')
    const [line] = await lines.find({ participantIds: ids.lead }).limit(1).toArray()
    await lines.insertMany(
      Array.from({ length: 40 }, (_, at) => ({
        ...line,
        _id: `${runs[0] ?? ''}/1${String(at).padStart(7, '0')}`,
      })) as never,
    )
  })
  afterEach(() => world.close())

  test('is gone from both systems and all collections of ours, but for what the org and the platform own', async () => {
    const before = await whereMarked()
    // They ask for a copy first: whatever holds anything of them is in it.
    const [out, page] = ['copy.json', 'copy.html'].map((name) => join(world.user.home, name))
    await participants().updateOne({ _id: new ObjectId(ids.work) }, { $set: { bio: '<script>alert(1)</script>' } })
    await using exporting = await app('privacy export')
    const { data } = await runPrivacyExport(exporting, AS_LEAD, { out, html: page, force: false })
    const copy = readFileSync(out ?? '', 'utf8')
    expect(JSON.parse(copy)).toMatchObject({ addresses: expect.arrayContaining([AT_WORK, AS_LEAD, PARKED]) as unknown })
    for (const [where, documents] of Object.entries(before).filter(([name]) => name.startsWith('salesforce_')))
      expect([where, data.ours[where]?.length]).toEqual([where, documents])
    expect(
      [data.platform.participants, data.salesforce.contacts, data.salesforce.leads].map((each) => each.length),
    ).toEqual([3, 3, 1])
    expect(data.salesforce.members).toHaveLength(before['CampaignMember'] ?? 0)
    expect(readFileSync(page ?? '', 'utf8')).toContain('&lt;script&gt;alert(1)')
    expect([out, page].map((file) => statSync(file ?? '').mode & 0o777)).toEqual([0o600, 0o600])
    const preview = await forget({ 'dry-run': true, confirm: undefined })
    expect(await whereMarked()).toEqual(before)
    expect(forgottenText(preview.result)).toContain('Dry run: nothing was erased.')
    const file = join(world.user.home, 'receipt.json')
    const { result, exitCode } = await forget({ 'recycle-bin': true, receipt: file })
    expect(exitCode).toBe(0)
    const after = await whereMarked()
    expect(before).toMatchObject({
      Lead: 1,
      salesforce_queue: 1,
      salesforce_decisions: 1,
      salesforce_leads: 1,
      salesforce_contacts: 1,
      salesforce_lookup_cache: 1,
    })
    expect(before['salesforce_run_lines']).toBeGreaterThan(40)
    // The platform's own three documents, without ours; and the org's own contact, without what we wrote.
    expect(after).toEqual({ participants: 3, Contact: 3 })
    for (const id of [ids.work, ids.lead, ids.parked]) expect(await stored(id)).not.toHaveProperty('salesforce')
    const contact = living('Contact').find(({ LastName }) => LastName === 'Marakanari')
    expect([contact?.['Hackathon_Skills__c'] ?? null, contact?.['LeadSource'] ?? null]).toEqual([null, null])
    // The receipt says what was done and not to whom.
    const text = readFileSync(file, 'utf8') + JSON.stringify(forgottenJson(result)) + forgottenText(result)
    expect(text).not.toMatch(MARKED)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      receipt: 'mh-sf erasure',
      erased: expect.arrayContaining([
        { object: 'Lead', what: 'removed', records: 1 },
        { object: 'Contact', what: 'emptied', records: 1 },
        { object: 'recycle bin', what: 'removed', records: 7 },
        { object: 'participants', what: 'emptied', records: 3 },
        { object: 'salesforce_run_lines', what: 'masked', records: before['salesforce_run_lines'] },
      ]) as unknown,
      signature: { algorithm: 'HMAC-SHA256' },
    })
    expect((await audit(file)).result).toMatchObject({
      cameBack: [],
      registered: 1,
      receipt: { isOurs: true, tombstoneStands: true },
    })
    // Once more there is nothing to do.
    expect((await forget({ 'recycle-bin': true })).result.kind).toBe('nothing left')
  })

  test('does not come back: by the night, by undoing any run, or by a new registration', async () => {
    await forget()
    await register('MARA.KANARI@gmail.com', [])
    const before = await whereMarked()
    await backfillAll()
    await sync()
    for (const id of [...runs].reverse()) await undo(id)
    await backfillAll()
    await sync()
    expect(living('Lead').filter(({ LastName }) => MARKED.test(String(LastName)))).toEqual([])
    expect(await whereMarked()).toEqual(before)
    expect((await audit()).exitCode).toBe(0)
  })

  test('who comes back out of a backup is found by the audit, and erased again', async () => {
    const backup = await stored(ids.lead)
    await forget()
    await participants().replaceOne({ _id: new ObjectId(ids.lead) }, backup ?? {})
    await sync()
    const { result, exitCode } = await audit()
    expect(exitCode).toBe(3)
    expect(result.cameBack).toEqual([
      { tombstone: expect.any(String) as string, where: 'participants', ids: [ids.lead] },
    ])
    expect(auditText(result)).toContain('mh-sf privacy forget')
    await forget({}, ids.lead)
    expect((await audit()).exitCode).toBe(0)
  })

  test('is gone in the end wherever the first try was cut off, and one receipt tells of all of it', async () => {
    const path = '/services/data/*/composite/sobjects'
    const cutOff = { kind: 'reply', status: 400, json: [{ errorCode: 'X', message: '' }], applied: true } as const
    for (const method of ['DELETE', 'PATCH'] as const) {
      world.org.arm({ method, path, effect: cutOff })
      await expect(forget()).rejects.toThrow()
      // From the first moment nobody sends them anywhere.
      expect((await backfillAll()).summary.outcomes.opted_out).toBeGreaterThanOrEqual(2)
    }
    const { result } = await forget()
    expect(await whereMarked()).toMatchObject({ participants: 3, Contact: 3 })
    expect(result).toMatchObject({
      kind: 'erased',
      receipt: { runs: expect.arrayContaining([expect.any(String)]) as unknown },
    })
    expect('receipt' in result && result.receipt.runs).toHaveLength(3)
    expect((await audit()).exitCode).toBe(0)
  })

  test('is nobody whom no system knows, and nobody without a confirmation', async () => {
    await expect(forget({}, 'nobody@nowhere.example')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(forget({ confirm: undefined })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(forget({ confirm: AT_WORK })).rejects.toMatchObject({ code: 'USAGE' })
    const file = join(world.user.home, 'receipt.json')
    await forget({ receipt: file })
    writeFileSync(file, readFileSync(file, 'utf8').replace('"records": 3', '"records": 4'))
    expect(await audit(file)).toMatchObject({ exitCode: 3, result: { receipt: { isOurs: false } } })
  })
})
