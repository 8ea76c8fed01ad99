import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { asCron } from '../support/crontab.js'
import { aReceiver } from '../support/receiver.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

const COMPOSITE = '/services/data/*/composite'
const WAITING = { timeout: 90_000, interval: 50 }

interface Night {
  run: string
  verdict: string
  exitCode: number
  calls: number
  error?: { code: string }
  steps: {
    name: string
    state: string
    why?: string
    counts: Record<string, number>
    calls: number
    runs: string[]
    error?: { code: string }
  }[]
}
interface Runs {
  runs: { id: string; command: string; arguments: string[]; state: string; partOf?: string; followedBy?: string }[]
}

let world: World
const run = (...args: string[]) => world.user.run(...args)
const night = async (...args: string[]) => {
  const { stdout, exitCode } = await run('nightly', ...args, '--json')
  const told = JSON.parse(stdout) as Night
  expect(told.exitCode).toBe(exitCode)
  return told
}
const states = ({ steps }: Night) => steps.map(({ name, state }) => `${name}: ${state}`)
const runs = async () => (JSON.parse((await run('runs', 'list', '--json')).stdout) as Runs).runs
const kept = (id: string) => world.db.collection<{ _id: string }>('salesforce_nights').findOne({ _id: id })
const members = () => [...world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted)
const arrived = () => vi.waitUntil(() => world.org.faultsWaiting() === 0, WAITING)
/** As the database sees it a minute later: whoever gave no sign has died. */
const aMinuteLater = () =>
  world.db.collection('salesforce_leases').updateMany({}, { $set: { 'held.$[].until': new Date() } })

describe('a night', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 150 })
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{ "nightly": { "sample": 10 } }')
  })
  afterAll(() => world.close())

  test('does everything from nothing in a safe order, each step as a run of its own, and is kept', async () => {
    const before = members().length
    const left = { $set: { 'salesforce.syncStatus': 'pending' } }
    const two = await world.db
      .collection('participants')
      .find({ salesforce: { $exists: false }, deletedAt: null })
      .limit(2)
      .toArray()
    await world.db.collection('participants').updateMany({ _id: { $in: two.map(({ _id }) => _id) } }, left)
    await world.db.collection<{ _id: string }>('salesforce_queue').insertOne({
      _id: String(two[0]?._id),
      ...{ state: 'dead', reason: 'SF_TIMEOUT', priority: 0, attempts: 3, revision: 1 },
      ...{ requestedAt: new Date(), notBefore: new Date() },
    })
    const { run: id, ...first } = await night()
    expect(first).toMatchObject({ verdict: 'all well', exitCode: 0 })
    const [queue, people, campaigns, retry, verify, alerts] = first.steps
    expect(queue).toMatchObject({ name: 'queue', state: 'done', counts: { people: 2, updated: 2, revived: 1 } })
    expect(people).toMatchObject({ name: 'people', state: 'done', runs: [expect.any(String)] })
    expect(people?.counts.updated).toBeGreaterThan(100)
    expect(campaigns).toMatchObject({ name: 'campaigns', state: 'done', counts: { events: 3, failed: 0 } })
    expect(campaigns?.counts.membersMade).toBe(members().length - before)
    expect(retry).toMatchObject({ name: 'retry', state: 'skipped' })
    expect(verify).toMatchObject({ name: 'verify', state: 'done', counts: { people: 10, differ: 0, missing: 0 } })
    expect(alerts).toMatchObject({ name: 'alerts', state: 'done', counts: { alerts: 8, firing: 0 }, calls: 1 })
    const ledger = await runs()
    const steps = ledger.filter(({ partOf }) => partOf === id)
    expect(steps.map(({ command, arguments: typed }) => [command, ...typed].join(' ')).sort()).toEqual([
      'backfill --all --stale 30d',
      'campaign sync',
      'worker --once',
    ])
    expect(ledger.find((each) => each.id === id)).toMatchObject({ command: 'nightly', state: 'done' })
    expect((await run('runs', 'show', id)).stdout).toContain(
      `${steps[0]?.id ?? '?'}: ${steps[0]?.command ?? '?'}, done`,
    )
    expect(await kept(id)).toMatchObject({
      verdict: 'all well',
      exitCode: 0,
      steps: [{}, {}, {}, {}, { name: 'verify' }, { name: 'alerts' }],
    })
  })

  test('started by cron is silent when nothing is amiss; the next sample is of others', async () => {
    const before = await participantsOf(world.db)
    // Cron has none of a user's environment: all settings are in the file that the printed line names.
    const { home, environment } = world.user
    const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(home, 'settings.env'), settings.join(''), { mode: 0o644 })
    const printed = await run('nightly', 'schedule', '--environment-file', 'settings.env')
    expect(printed.stderr).toContain(`everybody on this machine may read ${home}/settings.env`)
    expect(await asCron(printed.stdout, home)).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
    expect(readFileSync(join(home, 'mh-sf-nightly.log'), 'utf8')).toBe('')
    expect(await participantsOf(world.db)).toEqual(before)
    const nights = await world.db.collection('salesforce_nights').find().sort({ _id: 1 }).toArray()
    const [one, other] = nights.map(({ steps }) => (steps as { upTo?: string }[])[4]?.upTo)
    expect(one).toBeDefined()
    expect(other).not.toBe(one)
  })

  test('sees that somebody was taken out of a campaign, and says so without mending it', async () => {
    const [member] = members()
    if (!member) throw new Error('there is no member')
    world.org.store.purge(member)
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{ "nightly": { "sample": 5000 } }')
    const { stdout, stderr, exitCode } = await run('nightly', '--quiet', '--skip', 'campaigns')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 3 })
    expect(stdout).toMatch(/verify +disagree +.*1 missing/u)
    expect(stdout).toContain('then: mh-sf campaign sync')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(members().some(({ Id }) => Id === member.Id)).toBe(false)
  })

  test('goes on after a step that failed, and what failed in one night is done in the next', async () => {
    await world.db.collection('participants').updateMany({}, { $unset: { 'salesforce.lastSyncedAt': '' } })
    world.org.arm({
      method: 'POST',
      path: COMPOSITE,
      effect: { kind: 'error', code: 'API_DISABLED_FOR_ORG', status: 403 },
    })
    const troubled = await night()
    expect(troubled).toMatchObject({ verdict: 'not all well', exitCode: 3 })
    expect(states(troubled)).toEqual([
      'queue: done',
      'people: failed',
      'campaigns: done',
      'retry: skipped',
      'verify: done',
      'alerts: done',
    ])
    expect(await night()).toMatchObject({ verdict: 'all well' })
    expect((await run('errors')).stdout).toContain('Nothing that went wrong')
  })

  test('is ended by the quota: the rest is not come to, and is told', async () => {
    await world.db.collection('participants').updateMany({}, { $unset: { 'salesforce.lastSyncedAt': '' } })
    const { stdout, stderr, exitCode } = await run('nightly', '--max-api-calls', '3', '--quiet')
    expect(exitCode).toBe(6)
    expect(stdout).toMatch(/campaigns +stopped/u)
    expect(stdout).toMatch(/verify +not come to +the night was over: BUDGET_EXCEEDED/u)
    expect(stdout).toMatch(/alerts +done +8 alerts judged/u)
    expect(stderr).toContain('[BUDGET_EXCEEDED]')
  })

  test('that cannot log in keeps the code of that, and is kept itself', async () => {
    const stranger = world.another({ SF_USERNAME: 'nobody@mongohacks.example' })
    const { stdout, exitCode } = await stranger.run('nightly', '--json')
    const told = JSON.parse(stdout) as Night
    expect(exitCode).toBe(5)
    expect(states(told)).toEqual([
      ...['queue', 'people', 'campaigns', 'retry', 'verify'].map((name) => `${name}: not come to`),
      'alerts: done',
    ])
    expect(await kept(told.run)).toMatchObject({ verdict: 'failed', exitCode: 5 })
  })

  test('tells of a critical alert, and ends with 3 for that, until somebody looks after it', async () => {
    world.org.settings.usedElsewhere = world.org.settings.dailyApiRequests * 0.95
    writeFileSync(
      join(world.user.home, 'mh-sf.config.json'),
      '{ "nightly": { "sample": 10 }, "quota": { "ceiling": 1 } }',
    )
    const receiver = await aReceiver()
    writeFileSync(join(world.user.home, '.env.local'), `SLACK_WEBHOOK_URL=${receiver.url}/services/a-secret`)
    const { stdout, stderr, exitCode } = await run('nightly', '--quiet')
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' })
    expect(stdout).toMatch(/^Night \S+: well, with alerts$/mu)
    expect(stdout).toMatch(/alerts +critical +8 alerts judged, 1 firing, 1 channel told/u)
    expect(stdout).toContain('CRITICAL: quota: 95')
    expect(receiver.received).toHaveLength(1)

    const check = await run('alerts', 'check', '--quiet')
    expect(check).toMatchObject({ exitCode: 3, stderr: '' })
    expect(check.stdout).toMatch(/^ +quota +CRITICAL +95/mu)
    expect((await run('alerts', 'ack', 'quota', '--note', 'a big import')).exitCode).toBe(0)
    expect(await run('alerts', 'check', '--quiet')).toEqual({ stdout: '', stderr: '', exitCode: 0 })
    const list = (await run('alerts', 'list')).stdout
    expect(list).toMatch(/quota +CRITICAL +95.* %, limit 90 %/u)
    expect(list).toMatch(/acknowledged by .*a big\s+import\s+slack: fired 20/su)
    expect(receiver.received).toHaveLength(1)

    receiver.answers.push({ status: 404, text: 'no_service' })
    const tried = await run('alerts', 'test')
    expect(tried).toMatchObject({ exitCode: 1 })
    expect(tried.stdout).toMatch(/slack +failed +127\.0\.0\.1:\d+: NOTIFY_FAILED/u)
    expect(tried.stderr).toContain('answered 404 no_service')
    for (const line of [stdout, check.stdout, list, tried.stdout].flatMap((text) => text.split('\n')))
      expect(line.length).toBeLessThanOrEqual(80)
    expect([stdout, check.stdout, list, tried.stdout, tried.stderr].join()).not.toContain('a-secret')
    world.org.settings.usedElsewhere = 0
    expect(await run('alerts', 'check', '--quiet')).toMatchObject({ exitCode: 0 })
    expect(receiver.received.at(-1)?.body).toContain('resolved: quota')
    await receiver.close()
    rmSync(join(world.user.home, '.env.local'))
  })

  test('is alone: another one ends with 7 at once and names it', async () => {
    world.org.arm({ method: 'POST', path: COMPOSITE, effect: { kind: 'stall' } })
    const first = world.user.start('nightly', '--quiet')
    await arrived()
    const requests = world.org.requests.total
    const second = await run('nightly', '--quiet')
    expect(world.org.requests.total).toBe(requests)
    const holder = (await runs()).find(({ command, state }) => command === 'nightly' && state === 'running')
    expect(second).toMatchObject({ exitCode: 7, stdout: '' })
    for (const told of ['LEASE_HELD', holder?.id ?? '?', String(first.pid)]) expect(second.stderr).toContain(told)
    first.kill('SIGTERM')
    const { exitCode, stdout } = await first
    expect(exitCode).toBe(143)
    expect(stdout).toContain('the night was over: TERMINATED')
  })

  test('that is killed in the middle is completed by the next one', async () => {
    await world.db.collection('participants').updateMany({}, { $unset: { salesforce: '' } })
    for (const row of members()) world.org.store.purge(row)
    world.org.arm({
      method: 'POST',
      path: '/services/data/*/composite/sobjects',
      effect: { kind: 'stall', applied: true },
    })
    const dying = world.user.start('nightly')
    await arrived()
    dying.kill('SIGKILL')
    await dying
    await aMinuteLater()
    expect(await night()).toMatchObject({ verdict: 'all well' })
    const [, ...earlier] = (await runs()).filter(({ command }) => command === 'nightly')
    expect(earlier[0]).toMatchObject({ state: 'died', followedBy: expect.any(String) as string })
    const people = members().map((row) => `${String(row['CampaignId'])} ${String(row['ContactId'] ?? row['LeadId'])}`)
    expect(new Set(people).size).toBe(people.length)
    expect(await run('verify', '--event', 'atlas-builders-online')).toMatchObject({ exitCode: 0 })
  })
  test('leaves a Bulk job to the org that takes long, and the next one sees it to its end; nobody is written twice', async () => {
    const crowd = Array.from({ length: 2_050 }, (_, at) => `crowd${at}@example.org`)
    world.org.load(
      'Contact',
      crowd.map((Email) => ({ LastName: 'Crowd', Email })),
    )
    const event = await world.db.collection('events').findOne({ 'landingPage.slug': 'atlas-builders-online' })
    const registeredEvents = [{ eventId: event?._id, registrationDate: new Date(), status: 'registered' }]
    await world.db
      .collection('participants')
      .insertMany(crowd.map((email) => ({ email, name: 'Crowd', registeredEvents, deletedAt: null })))
    world.org.settings.bulkQueueMs = 3_600_000
    const first = await night('--wait', '0s')
    expect(first).toMatchObject({ verdict: 'still running', exitCode: 8 })
    expect(states(first)).toContain('campaigns: goes on')

    world.org.settings.bulkQueueMs = 0
    const next = await night()
    expect(next).toMatchObject({ verdict: 'all well', exitCode: 0 })
    expect(next.steps.find(({ name }) => name === 'campaigns')?.counts).toMatchObject({ membersMade: 0, failed: 0 })
    const contacts = new Set(
      [...world.org.store.scan('Contact')].filter((row) => row['LastName'] === 'Crowd').map(({ Id }) => Id),
    )
    expect(members().filter((row) => contacts.has(String(row['ContactId'])))).toHaveLength(crowd.length)
    const records = members().map((row) => `${String(row['CampaignId'])} ${String(row['ContactId'] ?? row['LeadId'])}`)
    expect(new Set(records).size).toBe(records.length)
    const syncs = (await runs()).filter(({ command }) => command === 'campaign sync')
    expect(syncs.slice(0, 2).map(({ state }) => state)).toEqual(['done', 'stopped'])
  })
})
