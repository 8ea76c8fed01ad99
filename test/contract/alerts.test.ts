import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkAlerts, type AlertCheck } from '../../src/alerts/check-alerts.js'
import type { App } from '../../src/app/app.js'
import { metricsText } from '../../src/cli/metrics.js'
import { acknowledgeAlert, listAlerts, runAlertCheck } from '../../src/cli/run-alerts.js'
import type { Clock } from '../../src/clock.js'
import { Reads } from '../../src/dashboard/reads.js'
import type { AlertFacts } from '../../src/domain/figures.js'
import { AlertStates } from '../../src/mongo/alert-states.js'
import { Database } from '../../src/mongo/database.js'
import type { Channel } from '../../src/notify/channel.js'
import { slackChannel } from '../../src/notify/slack.js'
import { webhookChannel } from '../../src/notify/webhook.js'
import { alertCheckText } from '../../src/render/alerts.js'
import { ALERTS, ALL_FINE, AT, before, failing, quotaOf } from '../support/alert-facts.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import type { User } from '../support/cli.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'
import { aReceiver, isSigned, type Receiver } from '../support/receiver.js'
import { aWorld, type World } from '../support/world.js'

const SECRET = 'a-secret-that-both-sides-know'
const CHECK = { 'dry-run': false, notify: true }

interface Body {
  subject: string
  data: { alerts: { rule: string; what: string; severity: string }[] }
}
const bodies = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body) as Body)
const told = (receiver: Receiver) =>
  bodies(receiver).map(({ data }) => data.alerts.map((each) => `${each.rule} ${each.what}`))

describe('an outage of the org', () => {
  let world: World
  let receiver: Receiver
  let user: User
  let minutes = 0
  beforeAll(async () => {
    ;[world, receiver] = await Promise.all([aWorld(), aReceiver()])
    user = world.another({ ALERT_WEBHOOK_URL: `${receiver.url}/hook`, ALERT_WEBHOOK_SECRET: SECRET })
  })
  afterAll(() => Promise.all([world.close(), receiver.close()]))

  /** A check a minute after the one before, as cron starts it: an app of its own, which waits for nothing. */
  const check = async (): Promise<AlertCheck> => {
    minutes += 1
    const ahead = minutes * 60_000
    const clock: Clock = { ...impatientClock(), now: () => new Date(Date.now() + ahead) }
    await using app = await anApp(user, 'alerts check', clock)
    return await runAlertCheck(app, CHECK)
  }
  const connection = ({ alerts }: AlertCheck) => alerts.find(({ finding }) => finding.rule === 'connection')

  test('is told once when it was seen three times in a row, and once when it is over: two signed messages', async () => {
    const calm = await check()
    expect(calm).toMatchObject({ exitCode: 0, told: [] })
    expect(connection(calm)?.finding).toMatchObject({ state: 'fine', says: 'Salesforce answers.' })

    world.org.arm({ path: '*', times: 100_000, effect: { kind: 'edge', status: 503 } })
    const outage = [await check(), await check(), await check(), await check(), await check()]
    expect(outage.map((each) => [connection(each)?.finding.value, connection(each)?.news, each.exitCode])).toEqual([
      [1, undefined, 0],
      [2, undefined, 0],
      [3, 'fired', 3],
      [4, undefined, 3],
      [5, undefined, 3],
    ])

    world.org.disarm()
    const over = [await check(), await check()]
    expect(over.map((each) => [connection(each)?.news, each.exitCode])).toEqual([
      ['resolved', 0],
      [undefined, 0],
    ])

    expect(receiver.received).toHaveLength(2)
    for (const { body, headers, path } of receiver.received) {
      expect(path).toBe('/hook')
      expect(isSigned(body, headers['mh-sf-signature'], SECRET, Date.now() + minutes * 60_000)).toBe(true)
    }
    expect(told(receiver)).toEqual([['connection fired'], ['connection resolved']])
    const [fired, resolved] = bodies(receiver)
    expect(fired?.subject).toContain('mh-sf: CRITICAL: connection (hackathon-platform, 127.0.0.1')
    expect(resolved?.subject).toContain('mh-sf: resolved: connection')
    expect(JSON.stringify(fired)).toContain('Salesforce failed to answer 3 times in a row (SF_UNAVAILABLE)')
  })

  test('is found where nobody can log in, too, and costs one call where somebody can', async () => {
    const stranger = world.another({ SF_USERNAME: 'nobody@mongohacks.example' })
    await using app = await anApp(stranger, 'alerts check', impatientClock())
    const refused = await runAlertCheck(app, CHECK)
    expect(connection(refused)?.finding).toMatchObject({ value: 1 })
    expect(connection(refused)?.finding.says).toContain('Salesforce failed to answer once (SF_')
    await check()
    const requests = world.org.requests.total
    await check()
    expect(world.org.requests.total - requests).toBe(1)
  })

  test('of the database is no finding: nobody can say what was told', async () => {
    const uri = 'mongodb://127.0.0.1:1/hackathon-platform?serverSelectionTimeoutMS=200'
    await using app = await anApp(world.another({ MONGODB_URI: uri }), 'alerts check')
    await expect(runAlertCheck(app, CHECK)).rejects.toMatchObject({ code: 'MONGO_UNREACHABLE', exitCode: 1 })
  })
})

describe.each(engines())('what is told of alerts, on $name,', (engine) => {
  const held = useDatabase(engine, 'told')
  let database: Database
  let slack: Receiver
  let hook: Receiver
  let channels: Channel[]
  beforeAll(async () => {
    ;[slack, hook] = await Promise.all([aReceiver(), aReceiver()])
    channels = [slackChannel(slack.url), webhookChannel(hook.url, SECRET)]
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
  })
  afterAll(() => Promise.all([database.close(), slack.close(), hook.close()]))
  beforeEach(async () => {
    await held.db.collection('salesforce_alerts').deleteMany({})
    for (const { received, answers } of [slack, hook]) received.length = answers.length = 0
  })

  const after = (hours: number) => before(AT, -hours)
  const check = (given: Partial<AlertFacts>, to: readonly Channel[] = channels, dryRun = false) => {
    const signal = new AbortController().signal
    const tools = { policy: ALERTS, system: 'here', clock: impatientClock(), signal }
    const night = { nights: { lastGoodAt: before(given.at ?? AT, 9) } }
    const facts = { ...ALL_FINE, ...night, ...given }
    return checkAlerts({ ...tools, states: new AlertStates(database), channels: to }, facts, dryRun)
  }

  test('is one message for all that is new, to each channel', async () => {
    const { told: deliveries } = await check({ quota: quotaOf(0.95), connection: failing(3), failuresLastHour: 11 })
    expect(deliveries.map(({ channel, answer }) => [channel, answer])).toEqual([
      ['slack', '200 ok'],
      ['webhook', '200 ok'],
    ])
    expect(told(hook)).toEqual([['connection fired', 'quota fired', 'failures fired']])
    expect(bodies(hook)[0]?.subject).toBe('mh-sf: 3 firing, 2 critical (here)')
    expect(slack.received).toHaveLength(1)
    for (const line of ['CRITICAL: connection: Salesforce failed', 'then: mh-sf quota', 'mh-sf alerts ack connection'])
      expect(slack.received[0]?.body).toContain(line)
    await check({ at: after(0.1), failuresLastHour: 11 })
    expect(told(hook)[1]).toEqual(['connection resolved', 'quota resolved'])
    expect(bodies(hook)[1]?.subject).toBe('mh-sf: 2 resolved (here)')
  })

  test('is told once by five checks at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => check({ quota: quotaOf(0.95) })))
    expect(told(hook)).toEqual([['quota fired']])
    expect(slack.received).toHaveLength(1)
  })

  test('comes with the next check to whom it did not arrive, and to nobody else', async () => {
    slack.answers.push({ status: 404 })
    const first = await check({ quota: quotaOf(0.85) })
    expect(first.told.map(({ error }) => error?.code)).toEqual(['NOTIFY_FAILED', undefined])
    expect(alertCheckText(first)).toContain('could not be told, the next check tries again: quota fired')
    await check({ at: after(0.1), quota: quotaOf(0.85) })
    expect([slack.received.length, hook.received.length]).toEqual([2, 1])
    slack.answers.push({ status: 404 })
    const calm = await check({ at: after(0.2) })
    expect(calm).toMatchObject({ exitCode: 1, told: [{ error: { code: 'NOTIFY_FAILED' } }, { answer: '200 ok' }] })
    await check({ at: after(0.3) })
    expect([slack.received.length, hook.received.length]).toEqual([4, 2])
  })

  test('is told to a channel that is configured later, and stays owed while nobody is to be told', async () => {
    expect(await check({ quota: quotaOf(0.85) }, [])).toMatchObject({ exitCode: 3, told: [] })
    await check({ at: after(1), quota: quotaOf(0.85) })
    expect(told(hook)).toEqual([['quota fired']])
  })

  test('gets worse, is repeated after its cool-down, and is silent once somebody looks after it', async () => {
    await check({ quota: quotaOf(0.85) })
    await check({ at: after(1), quota: quotaOf(0.95) })
    await check({ at: after(6.9), quota: quotaOf(0.95) })
    await check({ at: after(7), quota: quotaOf(0.95) })
    await new AlertStates(database).change(
      'quota',
      (kept) => kept && { ...kept, acknowledged: { by: 'ada', at: after(7), severity: 'critical' } },
    )
    expect(await check({ at: after(100), quota: quotaOf(0.95) })).toMatchObject({ exitCode: 0, told: [] })
    await check({ at: after(101) })
    expect(told(hook)).toEqual([['quota fired'], ['quota escalated'], ['quota still firing'], ['quota resolved']])
  })

  test('is nothing in a dry run, which keeps nothing', async () => {
    const dry = await check({ quota: quotaOf(0.95) }, channels, true)
    expect(dry).toMatchObject({ exitCode: 3, dryRun: true, told: [] })
    expect(dry.alerts.find(({ finding }) => finding.rule === 'quota')).toMatchObject({ news: 'fired' })
    expect(await held.db.collection('salesforce_alerts').countDocuments()).toBe(0)
    expect([...slack.received, ...hook.received]).toEqual([])
  })
})

describe('whoever looks after an alert', () => {
  let world: World
  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  test('says so by name, for a while and with a note; of what does not fire nobody can', async () => {
    world.org.settings.usedElsewhere = world.org.settings.dailyApiRequests * 0.95
    await using app = await anApp(world.user, 'alerts ack')
    await runAlertCheck(app, CHECK)
    await expect(acknowledgeAlert(app, 'queue', {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(acknowledgeAlert(app, 'quotas', {})).rejects.toMatchObject({ code: 'USAGE' })
    await expect(acknowledgeAlert(app, 'quota', { for: 'long' })).rejects.toMatchObject({ code: 'USAGE' })
    const { acknowledged } = await acknowledgeAlert(app, 'quota', { for: '4h', note: 'a big import' })
    expect(acknowledged).toMatchObject({ by: 'ada@here', note: 'a big import', severity: 'critical' })
    expect(Number(acknowledged?.until) - Number(acknowledged?.at)).toBe(4 * 3_600_000)
    const listed = await listAlerts(app)
    expect(listed.find(({ rule }) => rule === 'quota')?.alert).toMatchObject({ state: 'firing', acknowledged })
  })

  test('switches it off: then no figure of a machine says that it fires, and no page', async () => {
    await using app = await anApp(world.user, 'status')
    const alerts = async (of: App) => ({
      metrics: /^mh_sf_alert_firing\{rule="quota".*$/mu.exec(await metricsText(of))?.[0],
      page: (await new Reads(of, () => of).alerts()).map(({ rule }) => rule),
    })
    expect(await alerts(app)).toEqual({
      metrics: 'mh_sf_alert_firing{rule="quota",severity="critical"} 1',
      page: ['quota'],
    })
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{ "alerts": { "quota": { "on": false } } }')
    await using later = await anApp(world.user, 'status')
    expect(await alerts(later)).toEqual({ metrics: undefined, page: [] })
    expect((await listAlerts(later)).find(({ rule }) => rule === 'quota')).toMatchObject({ on: false })
  })
})
