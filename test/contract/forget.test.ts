// Before what loads parts of jsforce by themselves: its own index does not come up after them.
import { crmUser } from '../support/crm.js'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ObjectId } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runAudit, runForget } from '../../src/cli/run-forget.js'
import { runPrivacyExport } from '../../src/cli/run-privacy-export.js'
import { forgottenJson, forgottenText } from '../../src/render/erasure.js'
import { AS_LEAD, AT_WORK, MARKED, PARKED, Somebody } from '../erasure/somebody.js'
import { aWorld } from '../support/world.js'

let mara: Somebody

const app = (command: string) => mara.app(command)
const forget = async (more: Partial<Parameters<typeof runForget>[2]> = {}, typed: string = AS_LEAD) => {
  await using opened = await app('privacy forget')
  const flags = { 'dry-run': false, confirm: typed, 'recycle-bin': false, quiet: true, ...more }
  return await runForget(opened, typed, flags, () => undefined)
}
const audit = async (file?: string) => {
  await using opened = await app('privacy audit')
  return await runAudit(opened, file)
}

describe('somebody who is erased', () => {
  beforeEach(async () => {
    mara = await Somebody.register(await aWorld({ participants: 100 }))
  })
  afterEach(() => mara.world.close())

  test('is gone from both systems and all collections of ours, but for what the org and the platform own', async () => {
    // Only the history knows that the Lead is theirs: somebody gave it another address, and the link is gone.
    const lead = mara.living('Lead').find(({ LastName }) => MARKED.test(String(LastName)))
    const sales = crmUser(mara.world.user)
    await sales.sobject('Lead').update({ Id: lead?.Id ?? '', Email: 'elsewhere@engines.example' })
    await mara.participants.updateOne({ _id: new ObjectId(mara.ids.lead) }, { $unset: { 'salesforce.leadId': '' } })
    // A sample of last night ended with them.
    const steps = [{ name: 'people' }, { name: 'verify', upTo: mara.ids.work }]
    await mara.world.db.collection<{ _id: string }>('salesforce_nights').insertOne({ _id: 'night', steps } as never)
    const before = await mara.whereMarked()
    // They ask for a copy first: whatever holds anything of them is in it.
    const [out, page] = ['copy.json', 'copy.html'].map((name) => join(mara.world.user.home, name))
    await mara.participants.updateOne(
      { _id: new ObjectId(mara.ids.work) },
      { $set: { bio: '<script>alert(1)</script>' } },
    )
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
    expect(before).toMatchObject({ salesforce_nights: 1 })
    const preview = await forget({ 'dry-run': true, confirm: undefined })
    const copies = { 'files of this machine': 2 }
    expect(await mara.whereMarked()).toEqual({ ...before, ...copies })
    expect(forgottenText(preview.result)).toContain('Dry run: nothing was erased.')
    const file = join(mara.world.user.home, 'receipt.json')
    const { result, exitCode } = await forget({ 'recycle-bin': true, receipt: file })
    expect(exitCode).toBe(0)
    const after = await mara.whereMarked()
    expect(before).toMatchObject({
      Lead: 1,
      salesforce_queue: 1,
      salesforce_decisions: 1,
      salesforce_leads: 1,
      salesforce_contacts: 1,
      salesforce_lookup_cache: 1,
    })
    expect(before['salesforce_run_lines']).toBeGreaterThanOrEqual(20)
    // The platform's own three documents, without ours; and the org's own contact, without what we wrote.
    expect(after).toEqual({ participants: 3, Contact: 3, ...copies })
    for (const id of [mara.ids.work, mara.ids.lead, mara.ids.parked])
      expect(await mara.stored(id)).not.toHaveProperty('salesforce')
    const contact = mara.living('Contact').find(({ LastName }) => LastName === 'Marakanari')
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
    await using again = await app('privacy export')
    const left = await runPrivacyExport(again, AS_LEAD, { out, force: true })
    expect(Object.keys(left.data.ours)).toEqual(['salesforce_optouts'])
    expect(left.data.ours['salesforce_optouts']).toContainEqual(expect.objectContaining({ because: 'erased' }))
    // Once more there is nothing to do.
    expect((await forget({ 'recycle-bin': true })).result.kind).toBe('nothing left')
  })

  test('is gone in the end wherever the first try was cut off, and one receipt tells of all of it', async () => {
    const path = '/services/data/*/composite/sobjects'
    const cutOff = { kind: 'reply', status: 400, json: [{ errorCode: 'X', message: '' }], applied: true } as const
    for (const method of ['DELETE', 'PATCH'] as const) {
      mara.world.org.arm({ method, path, effect: cutOff })
      await expect(forget()).rejects.toThrow()
      // From the first moment nobody sends them anywhere.
      expect((await mara.backfillAll()).summary.outcomes.opted_out).toBeGreaterThanOrEqual(2)
    }
    const { result } = await forget()
    expect(await mara.whereMarked()).toMatchObject({ participants: 3, Contact: 3 })
    expect(result).toMatchObject({
      kind: 'erased',
      receipt: { runs: expect.arrayContaining([expect.any(String)]) as unknown },
    })
    expect('receipt' in result && result.receipt.runs).toHaveLength(3)
    expect((await audit()).exitCode).toBe(0)
  })

  test('is not written to by a night, nor by a look at whoever is stale, and the audit stays good', async () => {
    await forget()
    const before = await mara.platformDocuments()
    expect(await mara.backfillStale()).toMatchObject({ outcomes: { opted_out: 3 }, moved: 0, failed: {} })
    expect(await mara.platformDocuments()).toEqual(before)
    const night = await mara.night()
    expect(night.steps.find(({ name }) => name === 'people')).toMatchObject({ state: 'done' })
    expect(await mara.platformDocuments()).toEqual(before)
    expect(await audit()).toMatchObject({ exitCode: 0, result: { cameBack: [], registered: 1 } })
  })

  test('is nobody who came back when the platform marks a new registration of theirs as pending', async () => {
    await forget()
    const again = await mara.signUp('M.arakanari+again@gmail.com', await mara.liveEvents())
    const salesforce = { syncStatus: 'pending', consent: { given: true, source: 'sign-up' } }
    await mara.participants.updateOne({ _id: new ObjectId(again) }, { $set: { salesforce } })
    // A worker comes again and again, and has nothing to do with them.
    const nothing = { swept: 0, drained: { batches: 0 } }
    expect([await mara.enqueue([]), await mara.enqueue([])]).toMatchObject([nothing, nothing])
    expect(await mara.stored(again)).toMatchObject({ salesforce })
    expect(await audit()).toMatchObject({ exitCode: 0, result: { cameBack: [], registered: 1 } })
    expect((await forget()).result.kind).toBe('nothing left')
    // What we write is told.
    await mara.participants.updateOne({ _id: new ObjectId(again) }, { $set: { 'salesforce.lastSyncedAt': new Date() } })
    expect(await audit()).toMatchObject({
      exitCode: 3,
      result: { cameBack: [{ where: 'participants', ids: [again] }] },
    })
  })

  test('is not whom somebody once took them for', async () => {
    const otto = await mara.signUp('otto@engines.example', await mara.liveEvents())
    const { world } = mara
    world.org.load('Contact', [{ LastName: 'Other', Email: 'otto@engines.example' }] as never)
    const contact = mara.living('Contact').find(({ LastName }) => LastName === 'Other')?.Id ?? ''
    await mara.decide(mara.ids.parked, contact)
    await mara.sync()
    await mara.decide(mara.ids.parked, mara.ids.contact)
    await mara.sync()
    const members = () => mara.living('CampaignMember').filter(({ ContactId }) => ContactId === contact)
    const before = { document: await mara.stored(otto), members: members() }
    const { result } = await forget()
    expect(result.plan.person.participants.map(({ id }) => id)).not.toContain(otto)
    expect(before.members).not.toEqual([])
    expect({ document: await mara.stored(otto), members: members() }).toEqual(before)
  })

  test('is nobody whom no system knows, and nobody without a confirmation', async () => {
    await expect(forget({}, 'nobody@nowhere.example')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(forget({ confirm: undefined })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(forget({ confirm: AT_WORK })).rejects.toMatchObject({ code: 'USAGE' })
    const file = join(mara.world.user.home, 'receipt.json')
    await forget({ receipt: file })
    writeFileSync(file, readFileSync(file, 'utf8').replace('"records": 3', '"records": 4'))
    expect(await audit(file)).toMatchObject({ exitCode: 3, result: { receipt: { isOurs: false } } })
  })
})
