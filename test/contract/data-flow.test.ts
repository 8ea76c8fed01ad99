import type { CommandStartedEvent, Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app/app.js'
import { dataFlow } from '../../src/app/data-flow.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runContactPush } from '../../src/cli/run-contact-push.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { runVerify } from '../../src/cli/run-verify.js'
import { Border } from '../crash/boundary.js'
import { startOrgWire, type Asked, type OrgWire } from '../crash/org-wire.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import type { User } from '../support/cli.js'
import { aWorld, type World } from '../support/world.js'

const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
const EVENT = 'spring-2026'
const COMMANDS: ((app: App) => Promise<unknown>)[] = [
  (app) => runBackfill(app, { ...COMMON, all: true, force: false, 'create-leads': true }),
  (app) => runCampaignSync(app, 'sync', { ...COMMON, event: EVENT, correct: false, 'create-leads': true }),
  (app) => runContactPush(app, { ...COMMON, event: EVENT }),
  (app) => runVerify(app, { event: EVENT, quiet: true }),
  (app) => runOptOut(app, 'opt-out', 'somebody@engines.example', true),
]
/** Of what the platform owns: the rest of the database is ours. */
const PLATFORMS = new Set(['participants', 'users', 'projects', 'teams'])
/** Of the record itself, and of which there is nothing to tell. */
const ALWAYS = /^(?:Id|_id|IsDeleted|MasterRecordId|records|COUNT\(Id\))$/u

/** What was read and written, as `object.field`. */
interface Crossed {
  read: Set<string>
  written: Set<string>
}

describe('what crosses between the two systems', () => {
  let world: World
  let wire: OrgWire
  let user: User
  const crossed: Crossed = { read: new Set(), written: new Set() }

  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    world.org.settings.hiddenFields = []
    world.org.settings.individuals = true
    wire = await startOrgWire(world.org.url, new Border(), (asked) => {
      seen(asked, crossed)
      return Promise.resolve()
    })
    const uri = new URL(world.user.environment.MONGODB_URI ?? '')
    uri.searchParams.set('monitorCommands', 'true')
    user = world.another({ SF_LOGIN_URL: wire.url, MONGODB_URI: uri.href })
    for (const run of COMMANDS) {
      await using app = await anApp(user, 'backfill', impatientClock())
      const { client } = await app.database()
      client?.on('commandStarted', (event: CommandStartedEvent) => {
        asked(event, crossed)
      })
      await run(app)
    }
  })
  afterAll(async () => {
    await wire.close()
    await world.close()
  })

  test('is what config show --data-flow says, and no field more', async () => {
    await using app = await anApp(user, 'config show')
    const flow = dataFlow(app.settings.policy)
    const told = (access: 'read' | 'written') =>
      new Set(flow.filter((each) => each.access.includes(access)).map(({ object, field }) => `${object}.${field}`))
    expect(crossed.read.size).toBeGreaterThan(40)
    expect(crossed.written.size).toBeGreaterThan(10)
    const untold = (found: ReadonlySet<string>, all: ReadonlySet<string>) =>
      [...found].filter((each) => !ALWAYS.test(each.slice(each.indexOf('.') + 1)) && !isTold(each, all)).sort()
    expect(untold(crossed.read, told('read'))).toEqual([])
    expect(untold(crossed.written, told('written'))).toEqual([])
  })
})

/** A part of a document is told of with the whole, and the whole with its parts. */
function isTold(field: string, told: ReadonlySet<string>): boolean {
  return [...told].some((each) => each === field || each.startsWith(`${field}.`) || field.startsWith(`${each}.`))
}

/** A request to the org: statements, and rows that are sent. */
function seen({ path, body }: Asked, { read, written }: Crossed): void {
  const whole = JSON.parse(body.length > 0 && body.toString('utf8').startsWith('{') ? body.toString('utf8') : '{}') as {
    records?: Record<string, unknown>[]
    compositeRequest?: { url: string }[]
    query?: string
  }
  const urls = [path, ...(whole.compositeRequest ?? []).map(({ url }) => url)]
  const statements = urls.flatMap((url) => new URL(url, 'http://org.invalid').searchParams.get('q') ?? [])
  for (const statement of [...statements, whole.query ?? []].flat()) {
    const { fields = '', object = '' } = /^SELECT (?<fields>.+?) FROM (?<object>\w+)/u.exec(statement)?.groups ?? {}
    for (const field of fields.split(',').map((each) => each.trim())) read.add(ofParent(object, field))
  }
  for (const { attributes, ...record } of whole.records ?? []) {
    const { type } = attributes as { type: string }
    for (const field of Object.keys(record)) written.add(`${type}.${field}`)
  }
}

/** `Contact.Account.Name` is a field of Account. */
function ofParent(object: string, field: string): string {
  const [name = '', parent] = field.split('.').reverse()
  return `${parent === 'Owner' ? `${object}.Owner` : (parent ?? object)}.${name}`
}

/** A command to the database: what a find may answer, and the paths that an update sets. */
function asked({ commandName, command }: CommandStartedEvent, { read, written }: Crossed): void {
  const collection = String(command[commandName])
  if (!PLATFORMS.has(collection)) return
  const { projection, updates = [] } = command as { projection?: Document; updates?: { u: Document }[] }
  if (commandName === 'find')
    for (const field of projection ? Object.keys(projection) : ['(everything)']) read.add(`${collection}.${field}`)
  for (const { u } of updates)
    for (const operator of Object.values(u) as Document[])
      for (const field of Object.keys(operator)) written.add(`${collection}.${field}`)
}
