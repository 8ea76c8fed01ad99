import { EJSON } from 'bson'
import { Long, ObjectId, type Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { App } from '../../src/app/app.js'
import { policyOf } from '../../src/app/policy.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runExplain, runHistory } from '../../src/cli/run-person.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { runForget } from '../../src/cli/run-forget.js'
import { runVerify } from '../../src/cli/run-verify.js'
import { runReviewResolve } from '../../src/cli/run-review.js'
import { MhError } from '../../src/errors.js'
import { createEnricher } from '../../src/library/index.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const SLUG = 'spring-2026'
const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
const none = () => undefined

/** What would be an operator, a prototype or a path, if it were ever taken for one. */
const TRAPS: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $where: 'sleep(10000) || true' },
  { $regex: '.*' },
  { $in: [] },
  JSON.parse('{"__proto__":{"isAdmin":true,"polluted":"yes"}}'),
  { constructor: { prototype: { polluted: 'yes' } } },
  { 'a.b': 1, $set: { polluted: 'yes' } },
  [{ $ne: null }],
  ['ana@example.com', { $ne: null }],
  Long.fromNumber(1),
  new Date(NaN),
  '$$NOW',
  '$email',
  '__proto__',
  'constructor',
]

/** Two platforms that are the same but for the traps, which only the first one has. */
let world: World
let twin: World

async function inApp<T>(work: (app: App) => Promise<T>, { user } = world): Promise<T> {
  await using app = await anApp(user, 'campaign sync', impatientClock())
  return await work(app)
}

/** Everybody but those who are traps: who they are taken for. */
async function others({ db }: World): Promise<Map<string, string>> {
  const found = await db
    .collection('participants')
    .find({ trap: { $exists: false } })
    .sort({ _id: 1 })
    .toArray()
  return new Map(
    found.map(({ salesforce, ...rest }) => [String(rest._id), EJSON.stringify([rest, linkOf(salesforce)])]),
  )
}

/** Records that runs made have ids by the order in which they were made. */
function linkOf(salesforce: unknown): unknown {
  const link = { ...(salesforce as Document) }
  return [link.contactId, link.leadId !== undefined, link.status, link.accountName]
}

/** Who is taken for somebody else than on the platform without traps. */
async function mistaken(): Promise<string[]> {
  const [here, there] = [await others(world), await others(twin)]
  return [...here].filter(([id, said]) => there.get(id) !== said).map(([id]) => id)
}

describe('documents of the platform that are meant to be something else', () => {
  let ids: string[]

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true)
    world = await aWorld({ participants: 100 })
    twin = await aWorld({ participants: 100 })
    const people = world.db.collection('participants')
    const event = await world.db.collection('events').findOne({ 'landingPage.slug': /spring-2026/u })
    await people.dropIndex('email_1')
    const traps = TRAPS.flatMap((trap, at): Document[] => {
      const registeredEvents = [{ _id: new ObjectId(), eventId: event?._id, status: 'attended', answers: trap }]
      const whole = { trap: true, registeredEvents, deletedAt: null }
      return [
        { ...whole, email: trap, name: 'Trap' },
        {
          ...whole,
          email: `trap-${at}@example.com`,
          name: trap,
          company: trap,
          skills: trap,
          customResponses: trap,
          profile: trap,
        },
        { ...whole, email: `trap-s-${at}@example.com`, name: 'T', salesforce: trap },
        {
          ...whole,
          email: `trap-l-${at}@example.com`,
          name: 'T',
          salesforce: { contactId: trap, leadId: trap, campaigns: trap },
        },
        {
          ...whole,
          email: `trap-e-${at}@example.com`,
          name: 'T',
          registeredEvents: trap,
          userId: trap,
          deletedAt: trap,
        },
      ]
    })
    const { insertedIds } = await people.insertMany(traps)
    ids = Object.values(insertedIds).map(String)
    world.org.load('Contact', [
      { LastName: '__proto__', FirstName: '{"$ne":null}', Email: 'trap-0@example.com', Title: '$where' },
      { LastName: 'constructor', Email: 'trap-1@example.com', Department: 'prototype' },
    ] as never)
    await world.db.collection<{ _id: string }>('salesforce_decisions').insertMany([
      { _id: ids[1] ?? '', recordId: { $ne: null }, by: 'x', at: new Date() },
      { _id: '__proto__', recordId: '003000000000001', by: 'x', at: new Date() },
    ] as never)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await Promise.all([world.close(), twin.close()])
  })

  test.each<[string, (app: App) => Promise<unknown>]>([
    ['backfill', (app) => runBackfill(app, { ...COMMON, all: true, force: true, 'create-leads': true })],
    [
      'campaign sync',
      (app) => runCampaignSync(app, 'sync', { ...COMMON, event: SLUG, correct: true, 'create-leads': true }),
    ],
    ['verify', (app) => runVerify(app, { event: SLUG, quiet: true })],
  ])(
    '%s takes them for nobody, or for somebody of an odd name, and everybody else for who they are',
    async (_, work) => {
      await inApp(work)
      await inApp(work, twin)
      expect(await mistaken()).toEqual([])
      expect(({} as Document).polluted).toBeUndefined()
      const emails = [...world.org.store.scan('Lead')].map(({ Email }) => String(Email))
      expect(emails.filter((email) => /[{$]|object Object/u.test(email))).toEqual([])
    },
  )

  test('what is asked about one of them is about nobody else', async () => {
    for (const id of ids.filter((_, at) => at % 8 === 0)) {
      for (const ask of [
        (app: App): Promise<unknown> => runExplain(app, id),
        (app: App): Promise<unknown> => runHistory(app, id, 10),
        (app: App): Promise<unknown> => runReviewResolve(app, id, { nobody: true, forget: false }),
      ]) {
        const error: unknown = await inApp(ask).then(none, (reason: unknown) => reason)
        if (error !== undefined) expect(error).toBeInstanceOf(MhError)
      }
    }
    expect(await mistaken()).toEqual([])
  })

  test('an erasure of one finds that one, whatever an address of theirs would match', async () => {
    const flags = { 'dry-run': true, 'recycle-bin': false, quiet: true }
    for (const id of ids.slice(0, 10)) {
      const found = await inApp(async (app) => (await runForget(app, id, flags, none)).result.plan).catch(
        (error: unknown) => {
          expect(error).toBeInstanceOf(MhError)
          return undefined
        },
      )
      if (found) expect(JSON.stringify(found).match(/6800000003\w{14}/gu) ?? []).toEqual([])
    }
  })

  test('nor do the names of objects’ own things mean anything as an address, an id or a who', async () => {
    for (const who of ['__proto__', 'constructor', '{"$ne":null}', '$where', '[object Object]', 'toString', '../..']) {
      for (const ask of [
        (app: App): Promise<unknown> => runExplain(app, who),
        (app: App): Promise<unknown> =>
          runForget(app, who, { 'dry-run': true, 'recycle-bin': false, quiet: true }, none),
        (app: App): Promise<unknown> => runOptOut(app, 'opt-in', who, true),
      ])
        await expect(inApp(ask)).rejects.toBeInstanceOf(MhError)
    }
  })

  test('the library takes no filter for an id', async () => {
    const enricher = createEnricher({ db: world.db as never, environment: world.user.environment })
    for (const trap of TRAPS.filter((each) => typeof each === 'object')) {
      const answer = await enricher.enrich(trap as never, { timeoutMs: 2_000 })
      expect(answer.status).not.toBe('enriched')
    }
    await enricher.close()
    expect(await mistaken()).toEqual([])
  })
})

describe('a config file', () => {
  test.each([
    ['__proto__ at the top', '{"__proto__":{"isAdmin":true}}'],
    ['__proto__ within', '{"match":{"__proto__":{"onSeveral":"review"}}}'],
    ['constructor', '{"constructor":{"prototype":{"polluted":1}}}'],
    ['an operator for a value', '{"match":{"onSeveral":{"$ne":"primary"}}}'],
  ])('with %s changes no default and no prototype', (_, text) => {
    const before = JSON.stringify(policyOf({}, 'x.json'))
    try {
      expect(JSON.stringify(policyOf(JSON.parse(text), 'x.json'))).toBe(before)
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    }
    expect(JSON.stringify(policyOf({}, 'x.json'))).toBe(before)
    expect([({} as Document).isAdmin, ({} as Document).polluted]).toEqual([undefined, undefined])
  })

  test.each(['mongodb+srv://app:canary@cluster0.example.net', 'canary@example.com', `canary${'x'.repeat(30)}`])(
    'that has %j for a setting is told that it is wrong, and not what it was',
    (value) => {
      const given = { match: { onSeveral: value }, consent: { member: value }, campaign: { type: [value] } }
      expect(() => policyOf(given, 'x.json')).toThrow(/match\.onSeveral/u)
      expect(() => policyOf(given, 'x.json')).not.toThrow(/canary/u)
    },
  )
})
