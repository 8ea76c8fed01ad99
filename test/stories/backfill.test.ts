import { ObjectId, type Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers } from '../../src/playground/story/awkward-records.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

interface Report {
  people: number
  outcomes: Record<string, number>
  updated: number
  wouldUpdate?: number
  unchanged: number
  calls: number
  deleted: number
  parked: { participantId: string; why: string; candidates: string[] }[]
  plan: { way: string; calls: number }
  stopped: unknown
}

describe('backfill', () => {
  let world: World
  let before: Map<string, Document>
  let firstText: string

  beforeAll(async () => {
    world = await aWorld()
    before = await participantsOf(world.db)
  })
  afterAll(() => world.close())

  const report = async (...args: string[]): Promise<Report> => {
    const { stdout, stderr, exitCode } = await world.user.run('backfill', ...args, '--json')
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
    return JSON.parse(stdout) as Report
  }

  test('a dry run says what would change and what it costs, and changes nothing', async () => {
    const dry = await report('--all', '--dry-run')
    expect(dry).toMatchObject({ updated: 0 })
    expect(dry.wouldUpdate).toBeGreaterThan(50)
    expect(dry.plan).toMatchObject({ way: 'composite' })
    expect(await participantsOf(world.db)).toEqual(before)
  })

  test('matches and enriches every participant, and says how many of each kind', async () => {
    const { stdout, stderr, exitCode } = await world.user.run('backfill', '--all')
    firstText = stdout
    expect(exitCode).toBe(0)
    expect(stderr).toContain('IN lists in /composite')
    expect(stdout).toMatch(/Contact +\d+ +\d+ updated/u)
    expect(stdout).toMatch(/Not in Salesforce +\d+ +\d+ updated/u)
    expect(stdout).toMatch(/0 failed\n\d+ API calls? \(planned: \d+ to \d+ API calls\)/u)
  })

  test.each(AWKWARD.map(({ id, what }, place) => [id, what, place] as const))('%s: %s', async (_id, _what, place) => {
    const answer = awkwardAnswers()[place]
    const document = await world.db.collection('participants').findOne({ _id: new ObjectId(answer?.participantId) })
    expect(foundIn(document?.salesforce as Document | undefined)).toEqual(expectedFor(answer))
  })

  test('nothing of a participant but our own fields has changed', async () => {
    for (const [id, document] of await participantsOf(world.db)) {
      expect(withoutOurs(document)).toEqual(withoutOurs(before.get(id) ?? {}))
    }
  })

  test('a second run changes nothing and says what it cost', async () => {
    const settled = await participantsOf(world.db)
    const second = await report('--all')
    expect(second).toMatchObject({ updated: 0, unchanged: second.people })
    expect(second.calls).toBeLessThanOrEqual(4)
    expect(await participantsOf(world.db)).toEqual(settled)
  })

  test('a Bulk export joined here decides the same as IN lists do', async () => {
    const settled = await participantsOf(world.db)
    const bulk = await report('--all', '--via', 'bulk')
    expect(bulk).toMatchObject({ updated: 0, plan: { way: 'bulk' } })
    expect(await participantsOf(world.db)).toEqual(settled)
  })

  test('a field that somebody emptied in the database is written again', async () => {
    const filter = { 'salesforce.contactId': { $exists: true }, 'salesforce.ownerName': { $exists: true } }
    const someone = await world.db
      .collection('participants')
      .findOneAndUpdate(filter, { $unset: { 'salesforce.ownerName': '' } })
    expect(await report('--all')).toMatchObject({ updated: 1 })
    const after = await world.db.collection('participants').findOne({ _id: someone?._id })
    expect((after?.salesforce as Document).ownerName).toBe((someone?.salesforce as Document).ownerName)
  })

  test('--stale takes only people not looked at for so long, and notes that it looked', async () => {
    const long = { 'salesforce.lastSyncedAt': new Date('2020-01-01') }
    await world.db.collection('participants').updateMany({ 'salesforce.syncStatus': 'not_found' }, { $set: long })
    const monthAgo = { 'salesforce.lastSyncedAt': { $lt: new Date(Date.now() - 30 * 86_400_000) } }
    const stale = await world.db.collection('participants').countDocuments({ ...monthAgo, deletedAt: null })
    expect(stale).toBeGreaterThan(5)
    expect(await report('--all', '--stale', '30d')).toMatchObject({ people: stale, updated: 0, touched: stale })
    expect(await report('--all', '--stale', '30d')).toMatchObject({ people: 0 })
  })

  test('--limit takes so many people only', async () => {
    expect(await report('--all', '--limit', '7')).toMatchObject({ people: 7 })
  })

  test('refuses to start when the plan needs more calls than --max-api-calls', async () => {
    const { stdout, exitCode } = await world.user.run('backfill', '--all', '--max-api-calls', '0', '--json')
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'BUDGET_EXCEEDED' } })
  })

  test('shows nobody by address: parked people are told by id', () => {
    expect(firstText).toContain('Parked, left for you to decide:')
    expect(firstText).not.toMatch(/\S@\S/u)
  })

  test('its tables fit 80 columns', () => {
    expect(Math.max(...firstText.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

function foundIn(salesforce: Document | undefined): object {
  const { contactId, leadId, syncStatus } = salesforce ?? {}
  return { contactId: contactId as unknown, leadId: leadId as unknown, syncStatus: syncStatus as unknown }
}

function expectedFor(answer: { outcome: string; recordId?: string } | undefined): object {
  const record = answer?.recordId
  switch (answer?.outcome) {
    case 'contact':
      return { contactId: record, leadId: undefined, syncStatus: 'synced' }
    case 'lead':
      return { contactId: undefined, leadId: record, syncStatus: 'synced' }
    case 'not_found':
      return { contactId: undefined, leadId: undefined, syncStatus: 'not_found' }
    case 'left_out':
      return { contactId: undefined, leadId: undefined, syncStatus: undefined }
    default:
      return { contactId: undefined, leadId: undefined, syncStatus: 'error' }
  }
}

function withoutOurs({
  salesforce: _salesforce,
  customerTier: _tier,
  isExistingCustomer: _customer,
  ...theirs
}: Document): Document {
  return theirs
}
