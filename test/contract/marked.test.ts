import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { App } from '../../src/app/app.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runContactPush } from '../../src/cli/run-contact-push.js'
import { runErrors } from '../../src/cli/run-errors.js'
import { runAudit, runForget } from '../../src/cli/run-forget.js'
import { runExplain, runHistory } from '../../src/cli/run-person.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { runRetry } from '../../src/cli/run-retry.js'
import { runReviewList } from '../../src/cli/run-review.js'
import { showRun } from '../../src/cli/runs.js'
import { runStatus } from '../../src/cli/run-status.js'
import { runVerify } from '../../src/cli/run-verify.js'
import type { Fault } from '../../src/playground/org/faults.js'
import { backfillJson, backfillText } from '../../src/render/backfill.js'
import { syncJson, syncText } from '../../src/render/campaign-sync.js'
import { contactJson, contactText } from '../../src/render/contact-push.js'
import { auditJson, auditText, forgottenJson, forgottenText } from '../../src/render/erasure.js'
import { asMhError, errorJson, errorText } from '../../src/render/error.js'
import { errorsJson, errorsText } from '../../src/render/errors.js'
import { explainJson } from '../../src/render/explain.js'
import { historyJson } from '../../src/render/history.js'
import { optOutJson, optOutText } from '../../src/render/privacy.js'
import { parkedText } from '../../src/render/review.js'
import { runJson, runText } from '../../src/render/runs.js'
import { statusJson, statusText } from '../../src/render/status.js'
import { verifyJson, verifyText } from '../../src/render/verify.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const ADDRESS = 'zqmarked.person@zqmarked.example'
const COMMON = { quiet: false, 'dry-run': false, via: 'auto' } as const
/** What nobody may read who has only what was printed or kept; addresses are masked to their first letter and domain. */
const MARKS = /zqmarked\.person|zqfirst|zqlast|00D\w{12,15}!\S+/iu
/** Where a person's data has to be: the platform's own, what an undo puts back, and what `lookup` is for. */
const MAY_HOLD = /^(?:participants|users|salesforce_run_lines|salesforce_lookup_cache)$/u

type Shown = [text: string, json: object]
const COMMANDS: [name: string, run: (app: App, id: string) => Promise<Shown>][] = [
  [
    'backfill',
    async (app) => {
      const { result } = await runBackfill(app, { ...COMMON, all: true, force: true, 'create-leads': true })
      return [backfillText(result), backfillJson(result)]
    },
  ],
  [
    'campaign sync',
    async (app) => {
      const { result } = await runCampaignSync(app, 'sync', { ...COMMON, correct: false, 'create-leads': true })
      return [syncText(result), syncJson(result)]
    },
  ],
  [
    'contact push',
    async (app) => {
      const { result } = await runContactPush(app, { ...COMMON, event: 'spring-2026' })
      return [contactText(result), contactJson(result)]
    },
  ],
  [
    'verify',
    async (app) => {
      const { result } = await runVerify(app, { event: 'spring-2026', quiet: false })
      return [verifyText(result), verifyJson(result)]
    },
  ],
  [
    'retry',
    async (app) => {
      const retried = await runRetry(app, { ...COMMON, days: 7 })
      return [retried.map(({ text }) => text).join('\n'), {}]
    },
  ],
  [
    'runs show',
    async (app) => {
      const run = await showRun(app, undefined, { failed: false, lines: 1_000 })
      return [runText(run), runJson(run)]
    },
  ],
  [
    'errors',
    async (app) => {
      const causes = await runErrors(app, 7)
      return [errorsText(causes, 7), errorsJson(causes)]
    },
  ],
  [
    'status',
    async (app) => {
      const status = await runStatus(app, { ask: true })
      return [statusText(status), statusJson(status)]
    },
  ],
  ['review list', async (app) => [parkedText(await runReviewList(app, 100)), {}]],
  // What they show of a person is their name, to whoever asks for this person.
  ['explain', async (app, id) => ['', withoutName(explainJson(await runExplain(app, id)))]],
  ['history', async (app, id) => ['', withoutName(historyJson(await runHistory(app, id, 100)))]],
  [
    'privacy forget --dry-run',
    async (app) => {
      const flags = { 'dry-run': true, 'recycle-bin': true, quiet: false }
      const { result } = await runForget(app, ADDRESS, flags, () => undefined)
      return [forgottenText(result), forgottenJson(result)]
    },
  ],
  [
    'privacy audit',
    async (app) => {
      const { result } = await runAudit(app, undefined)
      return [auditText(result), auditJson(result)]
    },
  ],
  [
    'privacy opt-out',
    async (app) => {
      const { result } = await runOptOut(app, 'opt-out', ADDRESS, false)
      return [optOutText(result, 'opt-out', 'leave'), optOutJson(result)]
    },
  ],
  [
    'privacy opt-in',
    async (app) => {
      const { result } = await runOptOut(app, 'opt-in', ADDRESS, false)
      return [optOutText(result, 'opt-in', 'leave'), optOutJson(result)]
    },
  ],
]

function withoutName(json: object): object {
  return JSON.parse(JSON.stringify(json).replaceAll('"Zqfirst Zqlast"', '""')) as object
}

const echo = `INVALID_EMAIL_ADDRESS ${ADDRESS} of Zqfirst Zqlast, session 00D5e0000000001EAA!secretsecret`
const refusal = { kind: 'reply', status: 400, json: [{ errorCode: 'INVALID_EMAIL_ADDRESS', message: echo }] }
const PATHS = ['/services/data/*/composite', '/services/data/*/composite/sobjects'] as const
/** The org echoes people in what it says: in an error, in a page, in a body that is no JSON; or it ends the session. */
const FAULTS: [name: string, effect: object | undefined][] = [
  ['no fault', undefined],
  ['a refusal', refusal],
  ['a page', { kind: 'reply', status: 503, text: `<html>${echo}</html>`, headers: { 'Retry-After': '1' } }],
  ['garbage', { kind: 'reply', status: 200, text: `{"${echo}` }],
  ['an expired session', { kind: 'expire' }],
]

describe('what is printed and kept', () => {
  let world: World
  let id: string
  const written: string[] = []

  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    world.org.settings.hiddenFields = []
    const event = await world.db.collection('events').findOne({ 'landingPage.slug': /spring-2026/u })
    const userId = new ObjectId()
    const account = { email: ADDRESS, notificationPreferences: { newsletter: true } }
    await world.db.collection('users').insertOne({ _id: userId, ...account })
    const registeredEvents = [{ _id: new ObjectId(), eventId: event?._id, status: 'attended' }]
    const person = { userId, email: ADDRESS, name: 'Zqfirst Zqlast', registeredEvents, deletedAt: null }
    id = (await world.db.collection('participants').insertOne(person)).insertedId.toHexString()
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0)
    }
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await world.close()
  })

  test.each(FAULTS)('names nobody and tells no secret, whatever the command, with %s', async (_, effect) => {
    const leaks: string[] = []
    for (const [name, run] of COMMANDS) {
      world.org.disarm()
      for (const path of effect ? PATHS : [])
        world.org.arm({ method: 'POST', path, times: 2, effect } as unknown as Fault)
      written.length = 0
      await using app = await anApp(world.user, name, impatientClock())
      const shown = await run(app, id).catch((error: unknown) => {
        const known = asMhError(error)
        return [errorText(known), errorJson(known)] satisfies Shown
      })
      const all = [...written, shown[0], JSON.stringify(shown[1])].join('\n')
      const found = MARKS.exec(all)
      if (found) leaks.push(`${name}: ${all.slice(Math.max(0, found.index - 80), found.index + 40)}`)
    }
    expect(leaks).toEqual([])
    const collections = (await world.db.listCollections().toArray()).map(({ name }) => name)
    for (const name of collections.filter((each) => !MAY_HOLD.test(each))) {
      const text = (await world.db.collection(name).find().toArray()).map((each) => EJSON.stringify(each)).join('\n')
      expect([name, MARKS.exec(text)?.[0]]).toEqual([name, undefined])
    }
    // On this machine only the session is kept, for its owner alone.
    for (const file of readdirSync(world.user.home, { recursive: true, encoding: 'utf8' })) {
      const path = join(world.user.home, file)
      if (!statSync(path).isFile()) continue
      const marks = file.includes('sessions/') ? /zqmarked\.person|zqfirst|zqlast/iu : MARKS
      expect([file, marks.exec(readFileSync(path, 'utf8'))?.[0]]).toEqual([file, undefined])
      expect(statSync(path).mode & 0o077).toBe(0)
    }
  })
})
