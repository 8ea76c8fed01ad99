import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../src/mongo/database.js'
import { Runs } from '../../src/mongo/runs.js'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

const ONLINE = 'atlas-builders-online'
const WHO = { command: 'campaign sync', arguments: [], user: 'ada', host: 'elsewhere', pid: 1, version: '1' }

interface Cause {
  code: string
  object: string
  changes: number
  people: string[]
  command: string
}

let world: World
let database: Database
const run = (...args: string[]) => world.user.run(...args)
const causes = async () => (JSON.parse((await run('errors', '--json')).stdout) as { causes: Cause[] }).causes
const members = () => [...world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted)
const personOf = (row: ReturnType<typeof members>[number]) => String(row['ContactId'] ?? row['LeadId'])

/** A run of yesterday on the event, in which these people were refused, each with a code. */
const failedBefore = async (id: string, refused: Readonly<Record<string, string>>) => {
  const event = await world.db.collection('events').findOne({ 'landingPage.slug': ONLINE })
  const runs = new Runs(database, 90)
  const at = new Date(Date.now() - 86_400_000)
  await runs.begin({ id, ...WHO }, [String(event?._id)], at)
  const line = { object: 'CampaignMember', action: 'insert' } as const
  const people = Object.keys(refused)
  const drafts = people.map((key) => ({ ...line, key: `701/${key}`, participantIds: [key] }))
  const lines = await runs.intend(id, 0, drafts, at)
  await runs.settle(
    lines.map((each, at) => ({ id: each, outcome: { state: 'refused', code: refused[people[at] ?? ''] ?? '' } })),
  )
  await runs.end(id, { state: 'failed rows', spent: 3 }, at)
}

describe('what went wrong', () => {
  let participantOf: Map<string, string>
  beforeAll(async () => {
    world = await aWorld({ participants: 300 })
    database = await Database.open({ uri: String(world.user.environment.MONGODB_URI) })
  })
  afterAll(async () => {
    await database.close()
    await world.close()
  })

  test('is nothing while all goes well, or once a later run has decided on the same event', async () => {
    await failedBefore('20260101T000000Z-old000', { '680000000300000000000001': 'UNABLE_TO_LOCK_ROW' })
    expect((await causes()).map(({ code }) => code)).toEqual(['UNABLE_TO_LOCK_ROW'])
    expect(await run('campaign', 'sync', '--event', ONLINE)).toMatchObject({ exitCode: 0 })
    expect(await run('errors')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing') as string })
    const people = await world.db
      .collection('participants')
      .find({ 'salesforce.campaigns.0': { $exists: true } })
      .toArray()
    participantOf = new Map(
      people.map(({ _id, salesforce }) => [
        String((salesforce as { campaigns: { campaignMemberId: string }[] }).campaigns[0]?.campaignMemberId),
        String(_id),
      ]),
    )
  })

  test('is told by cause with the people and the command, and tried again for just those', async () => {
    const [refused, locked, other] = members().filter(({ Id }) => participantOf.has(Id))
    if (!refused || !locked || !other) throw new Error('too few members')
    for (const { Id } of [refused, locked, other]) await crmUser(world.user).sobject('CampaignMember').delete(Id)
    const idOf = ({ Id }: { Id: string }) => participantOf.get(Id) ?? ''
    await failedBefore('20991231T000000Z-new000', {
      [idOf(refused)]: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      [idOf(locked)]: 'UNABLE_TO_LOCK_ROW',
    })
    const told = await run('errors')
    expect(told.exitCode).toBe(3)
    for (const text of [
      'FIELD_CUSTOM_VALIDATION_EXCEPTION: 1 change of CampaignMember, 1 person',
      'validation rules',
      'mh-sf retry',
    ])
      expect(told.stdout).toContain(text)
    for (const line of told.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const missing = () =>
      [refused, locked, other].map(
        (row) =>
          !members().some((each) => personOf(each) === personOf(row) && each['CampaignId'] === row['CampaignId']),
      )
    expect(await run('retry', '--dry-run')).toMatchObject({ exitCode: 0 })
    expect(missing()).toEqual([true, true, true])
    expect(await run('retry', '--cause', 'UNABLE_TO_LOCK_ROW')).toMatchObject({ exitCode: 0 })
    expect(missing()).toEqual([true, false, true])
    expect((await causes()).map(({ code }) => code)).toEqual(['FIELD_CUSTOM_VALIDATION_EXCEPTION'])
    const { exitCode, stdout } = await run('retry', '--json')
    expect({ exitCode, retried: JSON.parse(stdout) as object }).toMatchObject({
      exitCode: 0,
      retried: { retried: [{ people: 1 }] },
    })
    expect(missing()).toEqual([false, false, true])
    expect(await causes()).toEqual([])
    expect(await run('retry')).toMatchObject({ exitCode: 0, stdout: 'Nothing that failed is to be done again.' })
  })
})
