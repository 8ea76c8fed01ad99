import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Db } from 'mongodb'
import type { Page } from 'playwright-core'
import { Database } from '../../src/mongo/database.js'
import { Runs } from '../../src/mongo/runs.js'
import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers } from '../../src/playground/story/awkward-records.js'
import { aBrowser, linkOf } from '../support/browser.js'
import { aWorld, type World } from '../support/world.js'

/** A picture: of which page, how wide, and light unless it is dark. */
interface Shot {
  name: string
  path: string
  width: number
  dark?: boolean
}

const [DAY, HOUR] = [86_400_000, 3_600_000]
const ONLINE = 'atlas-builders-online'
const WHO = { user: 'ada', host: 'ops-1', pid: 411, version: '1' }
const TIE = awkwardAnswers()[AWKWARD.findIndex(({ id }) => id === 'tie')]?.participantId ?? ''

/** Takes the pictures; returns the exit code. */
export async function main(typed: string[]): Promise<number> {
  const { values } = parseArgs({
    args: typed,
    options: {
      to: { type: 'string', default: 'docs/dashboard' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
    },
  })
  const world = await aWorld({ participants: 420 })
  try {
    await someWeeks(world)
    await shoot(world, values.to, values.chromium)
  } finally {
    await world.close()
  }
  return 0
}

async function shoot(world: World, to: string, chromium: string): Promise<void> {
  mkdirSync(to, { recursive: true })
  const server = world.user.start('dashboard')
  const browser = await aBrowser(chromium)
  try {
    const link = await linkOf(server)
    const page = await browser.newPage({ deviceScaleFactor: 1 })
    await page.goto(link)
    await page.getByRole('heading', { name: 'Sync status' }).waitFor()
    for (const shot of await shots(world)) await take(page, new URL(shot.path, link).href, shot, to)
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(new URL('/', link).href)
    await page.getByRole('button', { name: 'Re-sync all…' }).click()
    await page.getByText('This was a dry run').waitFor()
    await take(page, undefined, { name: 'preview', path: '', width: 1280 }, to)
  } finally {
    await browser.close()
    server.kill('SIGTERM')
    await server
  }
}

async function shots({ db, user }: World): Promise<Shot[]> {
  const event = await db.collection('events').findOne({ 'landingPage.slug': ONLINE })
  const person = await db.collection('participants').findOne({ 'salesforce.campaigns.eventId': event?._id })
  const { stdout } = await user.run('runs', 'list', '--command', 'campaign sync', '--json')
  const { runs } = JSON.parse(stdout) as { runs: { id: string; host: string }[] }
  const run = runs.find(({ host }) => host === hostname())?.id ?? ''
  return [
    { name: 'status', path: '/', width: 1280 },
    { name: 'status-dark', path: '/', width: 1280, dark: true },
    { name: 'status-phone', path: '/', width: 375 },
    { name: 'runs', path: '/runs', width: 1280 },
    { name: 'run', path: `/runs/${run}`, width: 1280 },
    { name: 'parked', path: '/parked', width: 1280 },
    { name: 'parked-person', path: `/parked/${TIE}`, width: 1280 },
    { name: 'participants', path: '/participants?q=an', width: 1280 },
    { name: 'participant', path: `/participants/${String(person?._id)}`, width: 1280 },
    { name: 'events', path: '/events', width: 1280 },
    { name: 'event', path: `/events/${String(event?._id)}`, width: 1280 },
  ]
}

async function take(page: Page, url: string | undefined, { name, width, dark }: Shot, to: string): Promise<void> {
  const height = width < 600 ? 812 : 900
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme: dark === true ? 'dark' : 'light', reducedMotion: 'reduce' })
  if (url !== undefined) await page.goto(url)
  await page.locator('.waiting').first().waitFor({ state: 'detached' })
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight')
  await page.setViewportSize({
    width,
    height: name.startsWith('status') ? Math.min(whole, width < 600 ? 1_400 : 1_300) : height,
  })
  await page.screenshot({ path: join(to, `${name}.png`) })
}

/** Runs of two weeks, some of which went wrong, then what the commands do now. */
async function someWeeks(world: World): Promise<void> {
  const { db, user } = world
  const event = await db.collection('events').findOne({ 'landingPage.slug': ONLINE })
  for (const command of [
    ['backfill', '--event', 'spring-2026'],
    ['campaign', 'sync'],
  ])
    await user.run(...command)
  const now = Date.now()
  const nights = Array.from(
    { length: 13 },
    (_, at) => new Date(Math.floor(now / DAY) * DAY - (13 - at) * DAY + 2.5 * HOUR),
  )
  for (const [at, night] of nights.entries()) await aNight(db, night, at)
  const { orgId } = await orgOf(db)
  const usage = nights.flatMap((night, at) => [
    hour(orgId, night, 9 + ((at * 7) % 11)),
    hour(orgId, new Date(night.getTime() + 9 * HOUR), 40 + ((at * 53) % 90)),
  ])
  await db.collection<{ _id: string }>('salesforce_api_usage').insertMany(usage)
  const [latest] = await db
    .collection('salesforce_api_usage')
    .find({ seenAt: { $exists: true } })
    .sort({ seenAt: -1 })
    .toArray()
  await db.collection('salesforce_api_usage').updateOne({ _id: latest?._id }, { $set: { used: 41_280 } })
  await failures(user.environment.MONGODB_URI ?? '', String(event?._id))
}

async function orgOf(db: Db): Promise<{ orgId: string }> {
  const run = await db.collection('salesforce_runs').findOne({ orgId: { $exists: true } })
  return { orgId: String(run?.orgId) }
}

/** A night of which only the counts are left. */
async function aNight(db: Db, at: Date, number: number): Promise<void> {
  const changes = 60 + ((number * 97) % 260)
  const refused = number % 4 === 2 ? 6 + number : 0
  const id = `${at.toISOString().replaceAll(/[-:]|\.\d+/gu, '')}-${(0xa1b2c3 + number * 7_919).toString(16)}`
  const line = { object: 'CampaignMember', action: 'insert' }
  const run = {
    command: 'campaign sync',
    arguments: [],
    ...WHO,
    scopes: ['everybody'],
    state: refused > 0 ? 'failed rows' : 'done',
    startedAt: at,
    endedAt: new Date(at.getTime() + 41_000 + number * 900),
    spent: 9 + ((number * 7) % 11),
    tally: [
      { ...line, state: 'done', lines: changes },
      ...(refused > 0 ? [{ ...line, state: 'refused', code: 'UNABLE_TO_LOCK_ROW', lines: refused }] : []),
    ],
  }
  await db.collection<{ _id: string }>('salesforce_runs').insertOne({ _id: id, ...run })
}

function hour(orgId: string, at: Date, calls: number) {
  const start = new Date(Math.floor(at.getTime() / HOUR) * HOUR)
  return { _id: `${orgId}:${start.toISOString().slice(0, 13)}`, orgId, hour: start, calls }
}

/** Changes of a moment ago that were refused, for two reasons. */
async function failures(uri: string, eventId: string): Promise<void> {
  const database = await Database.open({ uri })
  const runs = new Runs(database, 90)
  const [id, at] = [`${new Date().toISOString().replaceAll(/[-:]|\.\d+/gu, '')}-fa11ed`, new Date()]
  await runs.begin({ id, command: 'campaign sync', arguments: [], ...WHO }, [eventId], at)
  const people = Array.from({ length: 9 }, (_, number) => `6800000003000000000000${(number + 64).toString(16)}`)
  const drafts = people.map((person) => ({
    object: 'CampaignMember',
    action: 'insert' as const,
    key: `701/${person}`,
    participantIds: [person],
  }))
  const lines = await runs.intend(id, 0, drafts, at)
  const code = (number: number) => (number < 7 ? 'UNABLE_TO_LOCK_ROW' : 'FIELD_CUSTOM_VALIDATION_EXCEPTION')
  await runs.settle(lines.map((each, number) => ({ id: each, outcome: { state: 'refused', code: code(number) } })))
  await runs.end(id, { state: 'failed rows', spent: 12 }, at)
  await database.close()
}
