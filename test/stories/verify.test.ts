import type { Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crmUser } from '../support/crm.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

const ONLINE = 'atlas-builders-online'

interface Verified {
  inAgreement: boolean
  counts: Record<'people' | 'agrees' | 'differs' | 'missing' | 'not judged', number> & {
    fields: Record<string, number>
  }
  extra: number
  campaignDiffers: string[]
  disagreeing: { participantId: string; kind: string; fields?: string[] }[]
}

let world: World
const verify = async () => {
  const { exitCode, stdout } = await world.user.run('verify', '--event', ONLINE, '--json')
  return { exitCode, ...(JSON.parse(stdout) as Verified) }
}
const registered = async () => {
  const event = await world.db.collection('events').findOne({ 'landingPage.slug': ONLINE })
  return world.db
    .collection('participants')
    .find({ 'registeredEvents.eventId': event?._id, deletedAt: null })
    .sort({ _id: 1 })
    .toArray()
}
const members = () => [...world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted)
const memberIdOf = ({ salesforce }: Document) =>
  String(((salesforce as Document)['campaigns'] as Document[])[0]?.['campaignMemberId'])

describe('verify', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 400 })
  })
  afterAll(() => world.close())

  test('of an event without a campaign names the command that makes it', async () => {
    const { exitCode, stderr } = await world.user.run('verify', '--event', ONLINE)
    expect(exitCode).toBe(4)
    expect(stderr).toContain('mh-sf campaign create --event')
  })

  test('after a sync both sides agree, everybody is accounted for, and nothing was written by looking', async () => {
    await world.user.run('campaign', 'sync', '--event', ONLINE)
    const before = [JSON.stringify(members()), await participantsOf(world.db)]
    const { exitCode, inAgreement, counts, extra } = await verify()
    expect({ exitCode, inAgreement, extra }).toEqual({ exitCode: 0, inAgreement: true, extra: 0 })
    expect(counts.people).toBe((await registered()).length)
    expect(counts.agrees + counts['not judged']).toBe(counts.people)
    expect([JSON.stringify(members()), await participantsOf(world.db)]).toEqual(before)
  })

  test('what differs, is missing or is too many is found person by person, and a sync puts it right', async () => {
    const people = (await registered()).filter(({ salesforce }) => (salesforce as Document | undefined)?.['campaigns'])
    const [moved, attended, gone] = people
    if (!moved || !attended || !gone) throw new Error('too few people')
    const crm = crmUser(world.user)
    const id = (moved['salesforce'] as Document)['contactId'] as string | undefined
    const object = id === undefined ? 'Lead' : 'Contact'
    await crm
      .sobject(object)
      .update({ Id: id ?? String((moved['salesforce'] as Document)['leadId']), Title: 'Chief of Looms' })
    await world.db
      .collection('participants')
      .updateOne({ _id: attended._id }, { $set: { 'registeredEvents.$[].status': 'attended' } })
    await crm.sobject('CampaignMember').destroy(memberIdOf(gone))
    const known = new Set(members().flatMap((row) => [row['ContactId'], row['LeadId']]))
    const stranger = [...world.org.store.scan('Contact')].find((row) => !row.IsDeleted && !known.has(row.Id))?.Id ?? ''
    await crm
      .sobject('CampaignMember')
      .create({ CampaignId: String(members()[0]?.['CampaignId']), ContactId: stranger })

    const { exitCode, counts, extra, disagreeing } = await verify()
    expect({ exitCode, extra }).toEqual({ exitCode: 3, extra: 1 })
    expect(counts).toMatchObject({ differs: 2, missing: 1 })
    expect(counts.agrees + counts.differs + counts.missing + counts['not judged']).toBe(counts.people)
    const verdicts = new Map(disagreeing.map(({ participantId, ...verdict }) => [participantId, verdict]))
    expect(verdicts.get(String(moved._id))).toEqual({ kind: 'differs', fields: ['participants.title'] })
    expect(verdicts.get(String(attended._id))?.fields).toContain('CampaignMember.Status')
    expect(verdicts.get(String(gone._id))).toEqual({ kind: 'missing' })
    const text = await world.user.run('verify', '--event', ONLINE)
    expect(text.stdout).toContain('They do not agree')
    for (const line of text.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)

    await world.user.run('campaign', 'sync', '--event', ONLINE)
    expect(await verify()).toMatchObject({ exitCode: 0, inAgreement: true, extra: 1 })
  })
})
