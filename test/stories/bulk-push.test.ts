import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Document } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

interface Report {
  events: { campaign: { id: string }; members: Document; sending: { calls: number; writes: Document[] } }[]
  calls: number
}

const ONLINE = 'atlas-builders-online'
const WINTER = 'mongodb-winter-2026'

let world: World

const run = (slug: string, ...args: string[]) => world.user.run('campaign', 'push', '--event', slug, ...args)
const push = async (slug: string, ...args: string[]) => {
  const { stdout, exitCode } = await run(slug, ...args, '--json')
  const report = JSON.parse(stdout) as Report
  return { exitCode, calls: report.calls, ...report.events[0] }
}
const rows = (object: string) => [...world.org.store.scan(object)].filter((row) => !row.IsDeleted)
const membersIn = (campaignId: string | undefined) =>
  rows('CampaignMember').filter((row) => row['CampaignId'] === campaignId)

describe('campaign push by a Bulk job', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 300 })
    for (const slug of [ONLINE, WINTER]) await world.user.run('campaign', 'create', '--event', slug)
  })
  afterEach(() => {
    world.org.disarm()
    world.org.settings.bulkQueueMs = 0
  })
  afterAll(() => world.close())

  test('is said beforehand, with what it costs and why', async () => {
    const { stderr } = await run(ONLINE, '--dry-run', '--via', 'bulk')
    expect(stderr).toMatch(/\d+ added, .*: 8 to 31 API calls by Bulk\n {9}because --via bulk/u)
    const { sending } = await push(ONLINE, '--dry-run', '--via', 'bulk')
    expect(sending).toMatchObject({ calls: 8, atMost: 31, writes: [{ way: 'bulk', calls: 7 }] })
    expect((await run(ONLINE, '--dry-run')).stderr).toMatch(/: 2 API calls by collections/u)
  })

  test('makes each participant a member, and a second run sends nothing', async () => {
    const before = await push(ONLINE, '--dry-run')
    const { stderr } = await run(ONLINE, '--via', 'bulk')
    const [, jobId] = /Writing {2}Bulk job (750\w{15}): \d+ rows of CampaignMember/u.exec(stderr) ?? []
    expect(jobId).toBeDefined()
    const people = membersIn(before.campaign?.id).map((row) => row['ContactId'] ?? row['LeadId'])
    expect(new Set(people).size).toBe(before.members?.inserted)
    expect(readdirSync(join(world.user.home, 'data/mh-sf/uploads'))).toEqual([])
    const members = rows('CampaignMember')
    expect(await push(ONLINE, '--via', 'bulk')).toMatchObject({
      exitCode: 0,
      members: { inserted: 0, updated: 0, removed: 0, unchanged: people.length },
      sending: { calls: 0 },
    })
    expect(rows('CampaignMember')).toEqual(members)
  })

  test('killed while it waits is left to the org; the next run waits for the job, and another machine does the rest', async () => {
    await world.db.collection('participants').updateMany({}, { $set: { 'registeredEvents.$[].status': 'attended' } })
    world.org.settings.bulkQueueMs = 3_600_000
    const running = world.user.start('campaign', 'push', '--event', ONLINE, '--via', 'bulk')
    const jobId = await new Promise<string>((resolve) => {
      let told = ''
      running.stderr.on('data', (text) => {
        const [, id] = /Bulk job (750\w{15})/u.exec((told += String(text))) ?? []
        if (id !== undefined) resolve(id)
      })
    })
    const job = () => crmUser(world.user).request<{ state: string }>(`/jobs/ingest/${jobId}`)
    await vi.waitUntil(async () => (await job()).state === 'UploadComplete', { timeout: 90_000, interval: 50 })
    running.kill('SIGKILL')
    await running
    // A minute later the lease of a dead run is free.
    await world.db.collection('salesforce_leases').updateMany({}, { $set: { 'held.$[].until': new Date() } })
    const impatient = await run(ONLINE, '--via', 'bulk', '--wait', '0s')
    expect(impatient).toMatchObject({
      exitCode: 8,
      stderr: expect.stringContaining(`Bulk job ${jobId} is still running`) as string,
    })
    world.org.settings.bulkQueueMs = 0
    expect(await job()).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 0 })
    const elsewhere = world.another()
    const shown = JSON.parse((await elsewhere.run('runs', 'list', '--json')).stdout) as {
      runs: { id: string; state: string }[]
    }
    expect(shown.runs.slice(0, 2)).toMatchObject([{ state: 'stopped' }, { state: 'died' }])
    const resumed = await elsewhere.run('runs', 'resume', shown.runs[1]?.id ?? '')
    expect(resumed.stderr).toMatch(
      new RegExp(`Resumes .*\\n(?:.*\\n)*Job +${jobId} .*\\n +it is complete; what it did is noted`, 'u'),
    )
    const { exitCode, members, campaign } = await push(ONLINE, '--via', 'bulk')
    const statuses = new Set(membersIn(campaign?.id).map((row) => row['Status']))
    expect([resumed.exitCode, statuses, exitCode]).toEqual([0, new Set(['Attended']), 0])
    expect(members).toMatchObject({ inserted: 0, updated: 0 })
    expect(await elsewhere.run('runs', 'resume', '--json')).toMatchObject({ exitCode: 4 })
  })

  test('is refused before it begins when the budget would not see it through', async () => {
    const dry = await push(WINTER, '--dry-run')
    const refused = await push(WINTER, '--via', 'bulk', '--max-api-calls', String(dry.calls + 6))
    expect([refused.exitCode, refused.members]).toEqual([6, undefined])
    expect(membersIn(dry.campaign?.id)).toEqual([])
  })

  test('that the org does not come to the end of ends with 8 and the id of the job; what it did is found later', async () => {
    const dry = await push(WINTER, '--dry-run')
    world.org.settings.bulkQueueMs = 3_600_000
    // The calls are used up by asking how far it is.
    world.org.arm({
      method: 'GET',
      path: '/services/data/*/jobs/ingest/750*',
      times: 5,
      effect: { kind: 'edge', status: 429, retryAfter: 0 },
    })
    const { exitCode, stdout } = await run(WINTER, '--via', 'bulk', '--max-api-calls', String(dry.calls + 8))
    expect(exitCode).toBe(8)
    expect(stdout).toMatch(/\d+ still running/u)
    expect(stdout).not.toContain('then failed')
    const [, jobId = ''] = /Bulk job (750\w{15}) is still running in the org/u.exec(stdout) ?? []
    world.org.settings.bulkQueueMs = 0
    expect(await crmUser(world.user).request(`/jobs/ingest/${jobId}`)).toMatchObject({ state: 'JobComplete' })
    expect(await push(WINTER)).toMatchObject({
      exitCode: 0,
      members: { inserted: 0, unchanged: dry.members?.inserted as number },
    })
  })
})
