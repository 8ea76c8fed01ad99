import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app/app.js'
import { acknowledgeAlert, listAlerts, runAlertCheck, testChannels } from '../../src/cli/run-alerts.js'
import { validateConfig } from '../../src/cli/config-validate.js'
import { runDoctor } from '../../src/cli/run-doctor.js'
import { runErrors } from '../../src/cli/run-errors.js'
import { runCampaignList, runCampaignShow } from '../../src/cli/run-campaigns.js'
import { runAudit, runForget } from '../../src/cli/run-forget.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { runPrivacyExport } from '../../src/cli/run-privacy-export.js'
import { runNightly } from '../../src/cli/run-nightly.js'
import { listQueue, queueStats } from '../../src/cli/run-queue.js'
import { runExplain, runHistory } from '../../src/cli/run-person.js'
import { runQuota } from '../../src/cli/run-quota.js'
import { runReport } from '../../src/cli/run-report.js'
import { runReviewList } from '../../src/cli/run-review.js'
import { runStatus } from '../../src/cli/run-status.js'
import { runSchemaCheck, runSchemaExport } from '../../src/cli/run-schema.js'
import { listRuns, showRun } from '../../src/cli/runs.js'
import { MhError } from '../../src/errors.js'
import { DOCUMENT_NAMES, type DocumentName } from '../../src/json-schema/documents.js'
import { Runs } from '../../src/mongo/runs.js'
import { acknowledgedJson, alertCheckJson, alertListJson, testJson } from '../../src/render/alerts.js'
import { listJson, showJson } from '../../src/render/campaigns.js'
import { doctorJson } from '../../src/render/doctor.js'
import { auditJson, forgottenJson } from '../../src/render/erasure.js'
import { errorJson } from '../../src/render/error.js'
import { errorsJson } from '../../src/render/errors.js'
import { explainJson } from '../../src/render/explain.js'
import { historyJson } from '../../src/render/history.js'
import { nightJson } from '../../src/render/night.js'
import { personalDataJson } from '../../src/render/personal-data.js'
import { optOutJson } from '../../src/render/privacy.js'
import { queueJson } from '../../src/render/queue.js'
import { quotaJson } from '../../src/render/quota.js'
import { reportJson } from '../../src/render/report-json.js'
import { runJson, runsJson } from '../../src/render/runs.js'
import { exportJson, schemaJson } from '../../src/render/schema.js'
import { setUpJson } from '../../src/render/set-up.js'
import { statusJson } from '../../src/render/status.js'
import { anApp } from '../support/an-app.js'
import { crmUser } from '../support/crm.js'
import { aReceiver, type Receiver } from '../support/receiver.js'
import { faultsOf } from '../support/schemas.js'
import { aWorld, type World } from '../support/world.js'

interface Event {
  salesforce: { campaignId: string }
}

const EVENT = 'atlas-builders-online'
const NIGHT = { 'dry-run': false, quiet: true }
const LISTED = { failed: false, limit: 100 }

/** What each command hands to `--json`, in this process; several where there are several kinds. */
const DOCUMENTS: Readonly<Record<DocumentName, (app: App) => Promise<object | object[]>>> = {
  'alerts ack': async (app) => acknowledgedJson(await acknowledgeAlert(app, 'failures', { for: '4h', note: 'I know' })),
  'alerts check': async (app) => [
    alertCheckJson(await runAlertCheck(app, { 'dry-run': true, notify: true })),
    alertCheckJson(await runAlertCheck(app, { 'dry-run': false, notify: true })),
  ],
  'alerts list': async (app) => alertListJson(await listAlerts(app)),
  'alerts test': async (app) => testJson(await testChannels(app)),
  'campaign list': async (app) => listJson(await runCampaignList(app)),
  'campaign show': async (app) => showJson(await runCampaignShow(app, EVENT)),
  // What is written where is a story of its own (test/stories/config-init.test.ts).
  'config init': async (app) =>
    setUpJson(
      {
        ...{ file: 'mh-sf.config.json', envFile: '.env.local' },
        changed: [{ path: ['quota', 'ceiling'], before: undefined, value: 0.5 }],
        names: [{ name: 'SF_USERNAME', value: 'ada@example.com' }],
      },
      { text: '30 2 * * * mh-sf nightly', install: 'crontab -' },
      await runDoctor(app),
    ),
  'config validate': (app) => validateConfig(app),
  doctor: async (app) => doctorJson(await runDoctor(app)),
  'erasure receipt': async (app) => {
    const { result } = await erased(app)
    return 'receipt' in result ? result.receipt : []
  },
  error: () =>
    Promise.resolve([errorJson(new MhError('USAGE', 'so', 'then')), errorJson(new MhError('NOT_FOUND', 'so'))]),
  errors: async (app) => errorsJson(await runErrors(app, 7)),
  explain: async (app) => everybodyOf(app, async (id) => explainJson(await runExplain(app, id))),
  history: async (app) => everybodyOf(app, async (id) => historyJson(await runHistory(app, id, 100))),
  nightly: async (app) => [
    nightJson(await runNightly(app, NIGHT)),
    nightJson(await runNightly(app, { ...NIGHT, 'max-api-calls': 0 })),
    nightJson(await runNightly(app, { ...NIGHT, 'dry-run': true, skip: ['people'] })),
  ],
  'personal data': async (app) => {
    const out = newFile(app)
    await runPrivacyExport(app, await somebody(app), { out, force: false })
    return JSON.parse(readFileSync(out, 'utf8')) as object
  },
  'privacy audit': async (app) => {
    const { file, who } = await erased(app)
    const { result } = await runAudit(app, undefined)
    const { db } = await app.database()
    await db.collection('participants').updateOne({ _id: new ObjectId(who) }, { $set: { customerTier: 'growth' } })
    return [auditJson(result), auditJson((await runAudit(app, file)).result)]
  },
  'privacy export': async (app) => {
    const { data, files } = await runPrivacyExport(app, await somebody(app), { html: newFile(app), force: false })
    return personalDataJson(data, files)
  },
  'privacy forget': async (app) => {
    const who = await somebody(app)
    const flags = { confirm: who, 'recycle-bin': true, quiet: true }
    const forgotten = [true, false, false].map((dryRun) => ({ ...flags, 'dry-run': dryRun }))
    const documents: object[] = []
    for (const each of forgotten) documents.push(forgottenJson((await runForget(app, who, each, nothing)).result))
    return documents
  },
  'privacy opt-in': async (app) => {
    const who = await somebody(app)
    const before = await runOptOut(app, 'opt-in', who, true)
    await runOptOut(app, 'opt-out', who, true)
    return [before, await runOptOut(app, 'opt-in', who, true)].map(({ result }) => optOutJson(result))
  },
  'privacy opt-out': async (app) => optOutJson((await runOptOut(app, 'opt-out', await somebody(app), true)).result),
  'queue list': async (app) => queueJson(await listQueue(app, { dead: false, limit: 100 })),
  'queue stats': (app) => queueStats(app),
  quota: async (app) => quotaJson(await runQuota(app)),
  'report weekly': async (app) => {
    const today = app.clock.now().toISOString().slice(0, 10)
    const { report, sent } = await runReport(app, 'json', { to: today, send: true })
    return [reportJson(report, sent), reportJson(report)]
  },
  'review list': (app) => runReviewList(app, 50),
  'runs list': async (app) => runsJson(await listRuns(app, LISTED)),
  'runs show': async (app) => {
    const runs = await listRuns(app, LISTED)
    return Promise.all(runs.map(async ({ id }) => runJson(await showRun(app, id, { failed: false, lines: 5_000 }))))
  },
  'schema check': async (app) => schemaJson(await runSchemaCheck(app)),
  'schema export': async (app) => {
    const out = join(dirname(app.sessions), 'org')
    return exportJson(await runSchemaExport(app, { out, format: 'source', all: false }))
  },
  status: async (app) => statusJson(await runStatus(app, { ask: true })),
}

const nothing = () => undefined
const newFile = (app: App) => join(dirname(app.sessions), randomUUID())

/** Somebody whom the org knows and who is a member; whoever was erased is that no more. */
async function somebody(app: App): Promise<string> {
  const { db } = await app.database()
  const isMember = { 'salesforce.contactId': { $exists: true }, 'salesforce.campaigns.0': { $exists: true } }
  const found = await db.collection('participants').findOne({ ...isMember, deletedAt: null }, { sort: { _id: 1 } })
  return String(found?._id)
}

async function erased(app: App) {
  const [who, file] = [await somebody(app), newFile(app)]
  const flags = { 'dry-run': false, confirm: who, 'recycle-bin': false, receipt: file, quiet: true }
  const { result } = await runForget(app, who, flags, nothing)
  return { result, file, who }
}

/** A document of each of some people, of whom there are all kinds. */
async function everybodyOf(app: App, documentOf: (id: string) => Promise<object>): Promise<object[]> {
  const database = await app.database()
  const people = await database.db.collection('participants').find({ deletedAt: null }).limit(25).toArray()
  return Promise.all(people.map(({ _id }) => documentOf(String(_id))))
}

describe('what --json prints', () => {
  let world: World
  let receiver: Receiver
  const documentsOf = async (name: DocumentName): Promise<object[]> => {
    await using app = await anApp(world.user, name)
    return [await DOCUMENTS[name](app)].flat()
  }
  beforeAll(async () => {
    ;[world, receiver] = await Promise.all([aWorld({ participants: 150 }), aReceiver()])
    const channels = { SLACK_WEBHOOK_URL: receiver.url, SMTP_URL: 'smtp://127.0.0.1' }
    writeFileSync(
      join(world.user.home, '.env.local'),
      Object.entries(channels)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{ "alerts": { "failures": { "limit": 0 } } }')
    await using app = await anApp(world.user, 'nightly')
    await runNightly(app, NIGHT)
    await somethingWrong(app)
    await runAlertCheck(app, { 'dry-run': false, notify: true })
  })
  afterAll(() => Promise.all([world.close(), receiver.close()]))

  /** A change that was refused, somebody in the queue on whom was given up, and a Campaign that somebody renamed. */
  async function somethingWrong(app: App) {
    const database = await app.database()
    const event = await world.db.collection<Event>('events').findOne({ 'landingPage.slug': EVENT })
    const at = new Date()
    const runs = new Runs(database, 90)
    const id = '20991231T000000Z-new000'
    await runs.begin({ id, ...app.who, command: 'campaign sync' }, [String(event?._id)], at)
    const draft = {
      object: 'CampaignMember',
      action: 'insert',
      key: '701/003',
      participantIds: [randomUUID()],
    } as const
    const [line = ''] = await runs.intend(id, 0, [draft], at)
    await runs.settle([{ id: line, outcome: { state: 'refused', code: 'STATUS_NOT_KEPT' } }])
    await runs.end(id, { state: 'failed rows', spent: 3 }, at)
    const people = await world.db.collection('participants').find().limit(2).toArray()
    const entry = { priority: 0, attempts: 3, revision: 1, requestedAt: at, notBefore: at }
    await world.db.collection<{ _id: string }>('salesforce_queue').insertMany([
      { _id: String(people[0]?._id), ...entry, ...{ state: 'dead', reason: 'SF_TIMEOUT' } },
      { _id: String(people[1]?._id), ...entry, ...{ state: 'waiting' } },
    ])
    await crmUser(world.user)
      .sobject('Campaign')
      .update({ Id: event?.salesforce.campaignId ?? '', Name: 'Else' })
  }

  test.each(DOCUMENT_NAMES)('by "%s" is as docs/schemas says', async (name) => {
    const documents = await documentsOf(name)
    expect(documents).not.toEqual([])
    expect(documents.flatMap((document) => faultsOf(name, document))).toEqual([])
  })

  test('would be told if a field went, came, or changed its type', async () => {
    const [stats] = await documentsOf('queue stats')
    expect(faultsOf('queue stats', { ...stats, due: undefined })).toEqual([expect.stringContaining('due')])
    expect(faultsOf('queue stats', { ...stats, due: '3' })).toEqual([expect.stringContaining('/due')])
    expect(faultsOf('queue stats', { ...stats, extra: 1 })).toEqual([expect.stringContaining('extra')])
  })

  test('is what a command of the built binary prints too', async () => {
    const [listed, refused] = await Promise.all([
      world.user.run('runs', 'list', '--json'),
      world.user.run('campaign', 'show', '--event', 'no such event', '--json'),
    ])
    expect(faultsOf('runs list', listed.stdout)).toEqual([])
    expect(faultsOf('error', refused.stdout)).toEqual([])
    expect(refused.exitCode).toBe(4)
  })
})
