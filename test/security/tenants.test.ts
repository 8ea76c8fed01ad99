import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { App } from '../../src/app/app.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignCreate, runCampaignList } from '../../src/cli/run-campaigns.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runContactPush } from '../../src/cli/run-contact-push.js'
import { runForget } from '../../src/cli/run-forget.js'
import { runLookup } from '../../src/cli/run-lookup.js'
import { runNightly } from '../../src/cli/run-nightly.js'
import { runExplain } from '../../src/cli/run-person.js'
import { runApply, runPlanSync } from '../../src/cli/run-plan.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { runPrivacyExport } from '../../src/cli/run-privacy-export.js'
import { runRetry } from '../../src/cli/run-retry.js'
import { runReviewResolve } from '../../src/cli/run-review.js'
import { runUndo } from '../../src/cli/run-undo.js'
import { runVerify } from '../../src/cli/run-verify.js'
import { runWorker } from '../../src/cli/run-worker.js'
import { runToResume } from '../../src/cli/resume-run.js'
import { isSameId, judgeOrg } from '../../src/domain/home-org.js'
import { createEnricher } from '../../src/library/index.js'
import { Database } from '../../src/mongo/database.js'
import { HomeOrgs } from '../../src/mongo/home-orgs.js'
import { Queue } from '../../src/mongo/queue.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aUser, type User } from '../support/cli.js'
import { aWorld, DATABASE, type World } from '../support/world.js'

const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
const SLUG = 'spring-2026'
const OTHER_ORG_ID = '00D5e0000000099EAA'
const otherOrg: unknown = expect.objectContaining({ code: 'OTHER_ORG', exitCode: 6 })
const none = () => undefined

describe('whether an org is a database’s own', () => {
  const [a, b] = ['00D5e0000000001EAA', OTHER_ORG_ID]
  test.each([
    ['the first that something is written for', {}, a, 'first'],
    ['the one it belongs to', { bound: a }, a, 'own'],
    ['the same in 15 characters', { bound: a.slice(0, 15) }, a, 'own'],
    ['another', { bound: a }, b, 'other'],
    ['another than settings name, before anything was written', { named: a }, b, 'other'],
    ['another than settings name, although it is its own', { bound: b, named: a }, b, 'other'],
    ['the one that settings say it moves to', { bound: a, named: b }, b, 'moves'],
    ['the one that it has moved to', { bound: b, named: b.slice(0, 15) }, b, 'own'],
  ] as const)('%s', (_, known, orgId, verdict) => {
    expect(judgeOrg(known, orgId)).toBe(verdict)
  })

  test('is a matter of 15 characters, of which each counts, in capitals or not', () => {
    expect([isSameId(a, a.slice(0, 15)), isSameId(a, b), isSameId('00D5e000000000aEAA', '00D5e000000000AEAA')]).toEqual(
      [true, false, false],
    )
  })
})

/** Every way in which a database and an org are used together. */
const WAYS: [name: string, use: (app: App, made: Made) => Promise<unknown>][] = [
  ['backfill', (app) => runBackfill(app, { ...COMMON, all: true, force: false, 'create-leads': false })],
  [
    'backfill --dry-run',
    (app) => runBackfill(app, { ...COMMON, 'dry-run': true, all: true, force: false, 'create-leads': false }),
  ],
  ['campaign sync', (app) => runCampaignSync(app, 'sync', { ...COMMON, correct: false, 'create-leads': true })],
  [
    'campaign push',
    (app) => runCampaignSync(app, 'push', { ...COMMON, event: SLUG, correct: false, 'create-leads': false }),
  ],
  ['campaign create', (app) => runCampaignCreate(app, { event: SLUG, new: false, 'dry-run': false, quiet: true })],
  ['campaign list', (app) => runCampaignList(app)],
  ['contact push', (app) => runContactPush(app, { ...COMMON, event: SLUG })],
  ['verify', (app) => runVerify(app, { event: SLUG, quiet: true })],
  [
    'plan campaign sync',
    (app, { directory }) =>
      runPlanSync(app, { ...COMMON, event: SLUG, correct: false, out: join(directory, 'other.plan') }),
  ],
  ['apply', (app, { plan }) => runApply(app, plan, { quiet: true })],
  ['runs undo', (app, { run }) => runUndo(app, run, { ...COMMON, last: false, confirm: run })],
  ['runs undo --dry-run', (app, { run }) => runUndo(app, run, { ...COMMON, last: false, 'dry-run': true })],
  ['runs resume', (app, { stopped }) => runToResume(app, stopped)],
  ['retry', (app) => runRetry(app, { ...COMMON, days: 7 })],
  ['lookup', (app, { email }) => runLookup(app, [email], { refresh: false, save: false }, none)],
  ['lookup --save', (app, { email }) => runLookup(app, [email], { refresh: true, save: true }, none)],
  ['explain', (app, { id }) => runExplain(app, id)],
  ['review resolve', (app, { id }) => runReviewResolve(app, id, { nobody: true, forget: false })],
  [
    'worker --once',
    async (app) => {
      orThrow((await runWorker(app, { once: true, concurrency: 1, 'batch-window': 0 }, none)).stopped)
    },
  ],
  ['nightly', async (app) => nightError(await runNightly(app, { quiet: true, skip: [], 'dry-run': false }))],
  [
    'privacy forget',
    (app, { email }) =>
      runForget(app, email, { 'dry-run': false, 'recycle-bin': true, confirm: email, quiet: true }, none),
  ],
  [
    'privacy export',
    (app, { email, directory }) => runPrivacyExport(app, email, { out: join(directory, 'copy.json'), force: false }),
  ],
  ['privacy opt-out', (app, { email }) => runOptOut(app, 'opt-out', email, false)],
]

interface Made {
  run: string
  stopped: string
  plan: string
  id: string
  email: string
  directory: string
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function orThrow(stopped: Error | undefined): void {
  if (stopped) throw stopped
}

/** A night goes on where a step fails; here no step may have come further than that. */
function nightError(night: { steps?: readonly { error?: unknown; state?: string }[] }): never {
  throw Object.assign(new Error('night'), { night })
}

describe('a database and its org', () => {
  let ours: World
  let theirs: World
  let made: Made
  /** Our database with a login to their org. */
  let astray: User

  /** All documents of our database and all records of both orgs, by their hashes, but for what a refused try may leave: that it was made,
   * its lease, and that somebody wants to be left alone, which is so whatever the org is. */
  async function everything(): Promise<string[]> {
    const names = (await ours.db.listCollections().toArray()).map(({ name }) => name).sort()
    const kept = names.filter(
      (name) => !/^salesforce_(?:runs|leases|connections|nights|alerts|api_usage|optouts|keys)$/u.test(name),
    )
    const documents = await Promise.all(
      kept.map(
        async (name) => `${name} ${EJSON.stringify(await ours.db.collection(name).find().sort({ _id: 1 }).toArray())}`,
      ),
    )
    const objects = ['Contact', 'Lead', 'Campaign', 'CampaignMember', 'CampaignMemberStatus']
    const records = [ours, theirs].flatMap(({ org }) =>
      objects.map((object) => `${object} ${JSON.stringify([...org.store.scan(object)])}`),
    )
    return [...documents, ...records].map((each) => `${each.split(' ', 1).join()} ${hashOf(each)}`)
  }

  async function inOurs<T>(work: (app: App) => Promise<T>, user = ours.user): Promise<T> {
    await using app = await anApp(user, 'campaign sync', impatientClock())
    return await work(app)
  }

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true)
    ours = await aWorld({ participants: 100 })
    theirs = await aWorld({ participants: 100, orgId: OTHER_ORG_ID })
    const { MONGODB_URI = '' } = ours.user.environment
    astray = theirs.another({ MONGODB_URI })
    const synced = await inOurs((app) =>
      runCampaignSync(app, 'sync', { ...COMMON, event: SLUG, correct: false, 'create-leads': false }),
    )
    const plan = join(ours.user.home, 'sync.plan')
    await inOurs((app) => runPlanSync(app, { ...COMMON, event: SLUG, correct: false, out: plan }))
    const [linked] = await ours.db
      .collection('participants')
      .find({ 'salesforce.contactId': { $exists: true } })
      .limit(1)
      .toArray()
    await ours.db
      .collection<{ _id: string }>('salesforce_runs')
      .updateOne({ _id: synced.result.runId ?? '' }, { $set: { state: 'stopped' } })
    made = {
      run: synced.result.runId ?? '',
      stopped: synced.result.runId ?? '',
      plan,
      id: String(linked?._id),
      email: String(linked?.email),
      directory: ours.user.home,
    }
    const database = await Database.open({ uri: MONGODB_URI })
    await new Queue(database).requestOne(made.id, 'backfill', 0)
    await database.close()
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await Promise.all([ours.close(), theirs.close()])
  })

  test('belong together from the first thing that is written, and neither a dry run nor a look is one', async () => {
    expect(await ours.db.collection<{ _id: string }>('salesforce_org').findOne({ _id: 'org' })).toMatchObject({
      orgId: ours.org.orgId,
    })
    await inOurs(async (app) => {
      await runBackfill(app, { ...COMMON, 'dry-run': true, all: true, force: false, 'create-leads': false })
      await runLookup(app, [made.email], { refresh: true, save: false }, none)
    }, theirs.user)
    expect(await theirs.db.collection('salesforce_org').countDocuments()).toBe(0)
  })

  test.each(WAYS)('%s is refused by a login to another org, and nothing is touched in either', async (name, use) => {
    const before = await everything()
    const asked = theirs.org.requests.total
    const error: unknown = await inOurs((app) => use(app, made), astray).then(none, (reason: unknown) => reason)
    if (name === 'nightly') expect(JSON.stringify(error)).toContain('OTHER_ORG')
    else expect(error).toEqual(otherOrg)
    expect(await everything()).toEqual(before)
    // A login, and what leads to it, at the most: nobody of ours is asked about there.
    expect(theirs.org.requests.total - asked).toBeLessThanOrEqual(2)
  })

  test('somebody who signs up is not looked up in another org: the platform is told, and they wait', async () => {
    const before = await everything()
    const environment = { ...astray.environment, SF_PRIVATE_KEY_PATH: join(astray.home, 'server.key') }
    const enricher = createEnricher({ db: ours.db as never, environment, stateDirectory: join(astray.home, 'state') })
    const answer = await enricher.enrich(made.id, { timeoutMs: 5_000 })
    await enricher.close()
    expect(answer.status).not.toBe('enriched')
    const queue = /^salesforce_queue /u
    expect((await everything()).filter((each) => !queue.test(each))).toEqual(before.filter((each) => !queue.test(each)))
  })

  test('of two orgs that are the first at the same moment, one is refused', async () => {
    const { MONGODB_URI = '' } = ours.user.environment
    const uri = new URL(MONGODB_URI)
    uri.pathname = '/raced'
    const database = await Database.open({ uri: uri.href })
    for (let round = 0; round < 10; round += 1) {
      await database.db.dropDatabase()
      const ids = [ours.org.orgId, theirs.org.orgId]
      const settled = await Promise.allSettled(ids.map((id) => new HomeOrgs(database).settle(id)))
      expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    }
    await database.close()
  })

  test('a process that began with one org does not go on with another, when the cached session changes', async () => {
    await using app = await anApp(ours.user, 'tenants', impatientClock())
    const org = app.org()
    const session = await org.session()
    await org.keeper.store.write({ session: { ...session, orgId: OTHER_ORG_ID, accessToken: '00D5e0000000099!x' } })
    ours.org.expireSessions()
    await expect(org.json({ method: 'GET', path: '/limits' }, z.unknown())).rejects.toEqual(otherOrg)
    await org.keeper.store.remove()
  })

  test('two databases of one org know nothing of each other’s runs', async () => {
    const second = ours.another({ MONGODB_URI: theirs.user.environment.MONGODB_URI ?? '' })
    const before = await everything()
    await expect(
      inOurs((app) => runUndo(app, made.run, { ...COMMON, last: false, confirm: made.run }), second),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(inOurs((app) => runToResume(app, made.run), second)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await inOurs((app) => runRetry(app, { ...COMMON, days: 7 }), second)).toEqual([])
    expect(await everything()).toEqual(before)
  })

  test('a database moves when settings say so; what was done for the org before stays with it', async () => {
    const { MONGODB_URI = '' } = ours.user.environment
    const moved = theirs.another({ MONGODB_URI, SF_ORG_ID: OTHER_ORG_ID.slice(0, 15) })
    await inOurs((app) => runBackfill(app, { ...COMMON, all: true, force: false, 'create-leads': false }), moved)
    expect(await ours.db.collection('salesforce_org').find().toArray()).toMatchObject([{ orgId: OTHER_ORG_ID }])
    const again: ((app: App) => Promise<unknown>)[] = [
      (app) => runUndo(app, made.run, { ...COMMON, last: false, confirm: made.run }),
      (app) => runToResume(app, made.run),
    ]
    for (const each of again) await expect(inOurs(each, moved)).rejects.toEqual(otherOrg)
    await expect(inOurs((app) => runApply(app, made.plan, { quiet: true }), moved)).rejects.toEqual(otherOrg)
    // Those who go on with the first org are told.
    await expect(inOurs((app) => runVerify(app, { event: SLUG, quiet: true }))).rejects.toEqual(otherOrg)
    await expect(
      inOurs((app) => runVerify(app, { event: SLUG, quiet: true }), ours.another({ SF_ORG_ID: OTHER_ORG_ID })),
    ).rejects.toEqual(otherOrg)
  })
})

test('an id that is none of an org is refused before anything is connected', async () => {
  const user = aUser({ MONGODB_URI: `mongodb://127.0.0.1:1/${DATABASE}`, SF_ORG_ID: 'mine' })
  await using app = await anApp(user, 'tenants')
  await expect(app.database()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  user.forget()
})
