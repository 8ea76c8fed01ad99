import { ObjectId } from 'mongodb'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Database } from '../../src/mongo/database.js'
import { Runs } from '../../src/mongo/runs.js'
import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers } from '../../src/playground/story/awkward-records.js'
import { aBrowser, CHROMIUM, linkOf, axeFindings } from '../support/browser.js'
import type { Running } from '../support/cli.js'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

const ONLINE = 'atlas-builders-online'
const MARKUP = '<img src=x onerror="document.title=1"><b>Ada</b>'
const TIE = awkwardAnswers()[AWKWARD.findIndex(({ id }) => id === 'tie')]?.participantId ?? ''

let world: World
let browser: Browser
let context: BrowserContext
let page: Page
let server: Running
let link: string
let eventId: string
const complaints: string[] = []
const at = (path: string) => new URL(path, link).href.replace(/#.*/u, '')
const open = (path: string) => page.goto(at(path))
const text = () => page.locator('main').innerText()
const button = (name: string | RegExp) => page.getByRole('button', { name })
const membersThere = () => [...world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted).length

/** Types what is asked for and goes ahead; waits for the end. */
async function confirm(word: string | undefined, go: string | RegExp, end = 'done'): Promise<void> {
  if (word !== undefined) await page.getByLabel(/^Type/u).fill(word)
  await button(go).click()
  await page.locator('#work .badge', { hasText: end }).first().waitFor()
}

function watched(newPage: Page): Page {
  newPage.setDefaultTimeout(60_000)
  newPage.on('pageerror', (error) => complaints.push(String(error)))
  newPage.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[014]/u.test(message.text())) complaints.push(message.text())
  })
  newPage.on('request', (request) => {
    if (!request.url().startsWith(new URL(link).origin)) complaints.push(`asked for ${request.url()}`)
  })
  return newPage
}

describe.skipIf(CHROMIUM === undefined)('the admin page in a browser', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 150 })
    await world.user.run('backfill', '--all')
    const event = await world.db.collection('events').findOne({ 'landingPage.slug': ONLINE })
    eventId = String(event?._id)
    await world.db.collection('participants').updateOne({ _id: new ObjectId(TIE) }, { $set: { name: MARKUP } })
    await world.db.collection('events').updateOne({ _id: event?._id }, { $set: { name: `Atlas ${MARKUP}` } })
    await crmUser(world.user).sobject('Contact').find({ Email: 'dana.twin@example.org' }).update({ Title: MARKUP })
    server = world.user.start('dashboard')
    link = await linkOf(server)
    browser = await aBrowser()
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    page = watched(await context.newPage())
  })
  afterAll(async () => {
    await browser.close()
    server.kill('SIGTERM')
    await server
    await world.close()
  })

  test('lets in whoever opens the link, without the code staying anywhere', async () => {
    await page.goto(link)
    await page.getByRole('heading', { name: 'Sync status' }).waitFor()
    expect(page.url()).toBe(at('/'))
    expect(await page.evaluate<string>('document.cookie')).toBe('')
    const another = await browser.newContext()
    const late = await another.newPage()
    await late.goto(link)
    await late.getByText('used up').waitFor()
    expect(await axeFindings(late)).toEqual([])
    await another.close()
  })

  test('shows names that are markup as they are written', async () => {
    for (const path of ['/', '/parked', `/parked/${TIE}`, `/participants/${TIE}`, '/events', `/events/${eventId}`]) {
      await open(path)
      await page.locator('main', { hasText: MARKUP }).waitFor()
      expect(await page.locator('main img, main b b').count()).toBe(0)
    }
    expect(await page.title()).not.toBe('1')
  })

  test('re-syncs everything after a preview and a typed word, and shows what came of it', async () => {
    const there = membersThere()
    await open('/')
    await button('Re-sync all…').click()
    await page.getByText('This was a dry run').waitFor()
    expect(membersThere()).toBe(there)
    expect(await text()).toContain('to be made')
    expect(await axeFindings(page)).toEqual([])
    await page.getByLabel(/^Type/u).fill('yes')
    await button('Re-sync all live events').click()
    await page.getByText('Nothing was done').waitFor()
    expect(membersThere()).toBe(there)
    await confirm('sync all', 'Re-sync all live events')
    expect(await axeFindings(page)).toEqual([])
    expect(membersThere()).toBeGreaterThan(there)
    await page.locator('#work').getByRole('link', { name: /^Run/u }).click()
    await page.getByRole('heading', { name: /campaign sync/u }).waitFor()
    expect(await text()).toContain('CampaignMember')
  })

  test('pages through the changes of a run, and shows those that failed', async () => {
    await open('/runs?command=backfill')
    await page
      .getByRole('row', { name: /backfill/u })
      .getByRole('link')
      .first()
      .click()
    const first = await page.locator('#lines tbody th').first().innerText()
    await page.getByRole('link', { name: 'More changes' }).click()
    await page.waitForURL(/[?&]after=/u)
    expect(await page.locator('#lines tbody th').first().innerText()).not.toBe(first)
    await page.getByRole('link', { name: 'only failed ones' }).click()
    await page.getByText('No change failed').waitFor()
  })

  test('undoes a run once its id is typed', async () => {
    const [{ id }, there] = [await latest('campaign sync'), membersThere()]
    await open(`/runs/${id}`)
    await button('Undo…').click()
    await page.getByText('This was a dry run').waitFor()
    await confirm(id, 'Undo a run')
    expect(membersThere()).toBeLessThan(there)
    await open(`/runs/${id}`)
    expect(await text()).toContain('undone')
  })

  test('syncs and verifies one event', async () => {
    const there = membersThere()
    await open(`/events/${eventId}`)
    await button('Sync…').click()
    await confirm('sync', 'Sync this event')
    expect(membersThere()).toBeGreaterThan(there)
    await open(`/events/${eventId}`)
    await page.locator('#members', { hasText: 'Registered' }).waitFor()
    await button('Verify').click()
    await page.locator('#work', { hasText: 'both sides agree' }).waitFor()
  })

  test('verifies what somebody deleted, and retries what failed, cause by cause', async () => {
    const person = await world.db
      .collection('participants')
      .findOne({ 'salesforce.campaigns.eventId': new ObjectId(eventId) })
    const { campaigns } = person?.salesforce as { campaigns: { campaignMemberId: string }[] }
    await crmUser(world.user)
      .sobject('CampaignMember')
      .delete(campaigns[0]?.campaignMemberId ?? '')
    const there = membersThere()
    await failedRun(String(person?._id))
    await open(`/events/${eventId}`)
    await button('Verify').click()
    await page.locator('#work', { hasText: 'they do not agree' }).waitFor()
    await open('/')
    await page.locator('#causes', { hasText: 'UNABLE_TO_LOCK_ROW' }).waitFor()
    await button(/^Retry… UNABLE_TO_LOCK_ROW/u).click()
    await page.getByText('This was a dry run').waitFor()
    await confirm('retry', 'Retry what failed for one cause')
    expect(membersThere()).toBe(there + 1)
    await open('/')
    await page.locator('#causes', { hasText: 'Nothing of the last week stands' }).waitFor()
  })

  test('shows a run as it goes on, and stops it so that it can be resumed', async () => {
    await open(`/events/${eventId}`)
    await button('Look up everybody…').click()
    await page.getByText('This was a dry run').waitFor()
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect: { kind: 'stall' } })
    await page.getByLabel(/^Type/u).fill('backfill')
    await button('Look up everybody of this event').click()
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, { timeout: 90_000, interval: 50 })
    const watching = watched(await context.newPage())
    await watching.goto(at('/'))
    await watching.locator('#running', { hasText: 'backfill' }).waitFor()
    await button('Stop').click()
    await page.locator('#work', { hasText: 'stopped' }).waitFor()
    await watching.locator('#running', { hasText: 'backfill' }).waitFor({ state: 'detached' })
    await watching.close()
    await page.locator('#work').getByRole('link', { name: /^Run/u }).click()
    await button('Resume…').click()
    await confirm('resume', 'Resume a run')
  })

  test('remembers a decision between candidates, and forgets it', async () => {
    await open(`/parked/${TIE}`)
    await page.getByRole('heading', { name: `Who is ${MARKUP}?` }).waitFor()
    await button(/^It is this one/u)
      .first()
      .click()
    await page.locator('#work', { hasText: 'Remembered' }).waitFor()
    await open('/parked')
    expect(await text()).not.toContain(TIE)
    await open(`/participants/${TIE}`)
    await button('Sync now…').click()
    await page.getByText('a person decided').waitFor()
    await confirm(undefined, 'Sync one person now')
    await open(`/participants/${TIE}`)
    expect(await text()).toContain('synced')
    await open(`/parked/${TIE}`)
    await button('Forget the decision').click()
    await page.locator('#work', { hasText: 'Forgotten' }).waitFor()
  })

  test('has nothing that axe minds, on any page, light or dark', async () => {
    const { id } = await latest('backfill')
    const findings: string[] = []
    const people = ['/parked', `/parked/${TIE}`, '/participants?q=an', `/participants/${TIE}`]
    for (const path of ['/', '/runs', `/runs/${id}`, ...people, '/events', `/events/${eventId}`, '/nowhere']) {
      await page.emulateMedia({ colorScheme: 'light' })
      await open(path)
      await page.locator('.waiting').waitFor({ state: 'detached' })
      findings.push(...(await axeFindings(page)))
      // Only colours are others.
      await page.emulateMedia({ colorScheme: 'dark' })
      findings.push(...(await axeFindings(page, ['color-contrast'])))
    }
    expect(findings).toEqual([])
  })

  test('fits a phone, and is used by the keyboard', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    for (const path of [
      '/',
      '/runs',
      '/parked',
      `/parked/${TIE}`,
      '/participants?q=an',
      '/events',
      `/events/${eventId}`,
    ]) {
      await open(path)
      expect([path, await page.evaluate<number>('document.documentElement.scrollWidth')]).toEqual([path, 360])
    }
    await open('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('main')
  })

  test('works without JavaScript', async () => {
    const state = await context.storageState()
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: state })
    page = watched(await plain.newPage())
    await open('/')
    expect(await text()).toContain('Sync status')
    await open(`/events/${eventId}`)
    await button('Verify').click()
    await page.locator('#work', { hasText: 'both sides agree' }).waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('Code').waitFor()
    await plain.close()
  })

  test('made the browser complain about nothing, and asked nobody else for anything', () => {
    expect(complaints).toEqual([])
  })
})

async function latest(command: string): Promise<{ id: string }> {
  const { stdout } = await world.user.run('runs', 'list', '--command', command, '--json')
  const [run] = (JSON.parse(stdout) as { runs: { id: string }[] }).runs
  return { id: run?.id ?? '' }
}

/** A run of a moment ago on the event, in which this person was refused. */
async function failedRun(participantId: string): Promise<void> {
  const database = await Database.open({ uri: String(world.user.environment.MONGODB_URI) })
  const runs = new Runs(database, 90)
  const [id, now] = ['20991231T000000Z-0f0f0f', new Date()]
  const who = { command: 'campaign sync', arguments: [], user: 'ada', host: 'elsewhere', pid: 1, version: '1' }
  await runs.begin({ id, ...who }, [eventId], now)
  const draft = { object: 'CampaignMember', action: 'insert', key: '701/1', participantIds: [participantId] } as const
  const lines = await runs.intend(id, 0, [draft], now)
  const outcome = { state: 'refused', code: 'UNABLE_TO_LOCK_ROW' } as const
  await runs.settle(lines.map((each) => ({ id: each, outcome })))
  await runs.end(id, { state: 'failed rows', spent: 3 }, now)
  await database.close()
}
