import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { metricsText } from '../../src/cli/metrics.js'
import { reportTools } from '../../src/cli/report-tools.js'
import { runStatus } from '../../src/cli/run-status.js'
import { Dashboard } from '../../src/dashboard/dashboard.js'
import { OptOuts } from '../../src/mongo/opt-outs.js'
import { statusJson, statusText } from '../../src/render/status.js'
import { readWeekly } from '../../src/reports/weekly.js'
import { anApp } from '../support/an-app.js'
import { aWorld, type World } from '../support/world.js'

const FIGURES = ['synced', 'not found', 'pending', 'left alone', 'errors', 'parked'] as const
type Figures = Record<(typeof FIGURES)[number], number>

const numberIn = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]?.replaceAll(',', ''))
const figuresIn = (text: string, patternOf: (figure: string) => RegExp) =>
  Object.fromEntries(FIGURES.map((each) => [each, numberIn(text, patternOf(each))])) as Figures

describe('how people stand', () => {
  let world: World
  beforeAll(async () => {
    world = await aWorld({ participants: 300 })
    await using app = await anApp(world.user, 'backfill')
    const event = {
      event: 'spring-2026',
      all: false,
      force: false,
      'dry-run': false,
      via: 'auto',
      quiet: true,
    } as const
    await runBackfill(app, { ...event, 'create-leads': false })
    const failed = { 'salesforce.syncStatus': 'error', 'salesforce.syncError': 'the org refused' }
    const untouched = { 'salesforce.syncStatus': { $exists: false }, deletedAt: null }
    await world.db.collection('participants').updateOne(untouched, { $set: failed })
    const another = await world.db.collection('participants').findOne(untouched)
    await new OptOuts(await app.database()).note({ emails: [another?.['email']] }, 'asked', new Date())
  })
  afterAll(() => world.close())

  test('is the same six figures at the prompt, in JSON, in metrics, on the page and in the report', async () => {
    await using app = await anApp(world.user, 'status')
    const status = await runStatus(app, { ask: false })
    const text = statusText(status).replaceAll(/\s+/gu, ' ')
    const { people } = statusJson(status) as { people: Record<string, number> }
    const metrics = await metricsText(app)
    const page = (await firstPage()).replaceAll(/<[^>]*>/gu, ' ').replaceAll(/\s+/gu, ' ')
    const at = app.clock.now()
    const report = await readWeekly(await reportTools(app), { from: new Date(at.getTime() - 604_800_000), to: at })

    const json: Figures = {
      synced: people.synced ?? -1,
      'not found': people.notFound ?? -1,
      pending: people.pending ?? -1,
      'left alone': people.leftAlone ?? -1,
      errors: people.errors ?? -1,
      parked: people.parked ?? -1,
    }
    expect(Object.values(json).every((figure) => figure > 0)).toBe(true)
    expect(
      figuresIn(text, (figure) => new RegExp(`([\\d,]+) ${figure === 'errors' ? 'errors?' : figure}\\b`, 'u')),
    ).toEqual(json)
    const label = (figure: string) => figure.replace(' ', '_')
    expect(
      figuresIn(metrics, (figure) => new RegExp(`^mh_sf_people\\{state="${label(figure)}"\\} (\\d+)$`, 'mu')),
    ).toEqual(json)
    const onPage = (figure: string) => (figure === 'not found' ? 'Not in Salesforce' : figure)
    expect(figuresIn(page, (figure) => new RegExp(`([\\d,]+) ${onPage(figure)}\\b`, 'iu'))).toEqual(json)
    expect(report.figures.people).toEqual(status.people)
    expect(report.headline.coverage).toBeCloseTo(json.synced / status.people.total)
  })

  /** The page as it is sent to a browser that has come in. */
  async function firstPage(): Promise<string> {
    const [app, another] = [await anApp(world.user, 'dashboard'), await anApp(world.user, 'dashboard')]
    const launcher = {
      program: join(import.meta.dirname, '../../bin/run.js'),
      also: [],
      environment: world.user.environment,
      directory: world.user.home,
    }
    const where = { host: '127.0.0.1', port: 0, readOnly: true, playground: false, launcher }
    try {
      await using dashboard = await Dashboard.start(app, () => another, where)
      const { origin } = new URL(dashboard.url)
      const body = new URLSearchParams({ code: dashboard.code })
      const entered = await fetch(`${origin}/login`, { method: 'POST', body, headers: { origin }, redirect: 'manual' })
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
      // A page does not wait for ever for figures that are being read: the next one has them.
      for (let page = ''; ;) {
        page = await (await fetch(`${origin}/`, { headers: { cookie } })).text()
        if (page.includes('Not in Salesforce')) return page
      }
    } finally {
      await app[Symbol.asyncDispose]()
      await another[Symbol.asyncDispose]()
    }
  }
})
