import { setImmediate } from 'node:timers/promises'
import { type MongoStandIn, startMongo } from './mongo/server.js'
import type { ControlOptions } from './control/control-route.js'
import { controlledMongo } from './mongo-control.js'
import { MovableClock } from './movable-clock.js'
import type { Consumer } from './org/core.js'
import { type Org, startOrg } from './org/org.js'
import { onPort, type Ports } from './ports.js'
import { type Story, story } from './story/story.js'

/** Rows handed to a stand-in at once; between two such batches signals and connections get their turn. */
const BATCH = 2_000

/** How far the loading is: which collection or object, and how many of it are in. */
export interface Progress {
  loading: string
  loaded: number
}

export interface StandInOptions {
  participants: number
  seed: string
  /** Nothing in the story is later. */
  now: Date
  /** The name of the platform's database. */
  database: string
  /** The app and the user that may log in to the org. */
  consumer: Consumer
  /** No database. */
  orgOnly?: boolean
  /** @default that of every playground */
  orgId?: string
  /** @default the last one, or any free port */
  orgPort?: number
  /** @default the last one, or any free port */
  mongoPort?: number
  lastPorts?: Partial<Ports>
  /** Directories of the journals in which both are kept. @default they are not kept */
  journals?: { readonly org: string; readonly mongo: string }
  onProgress?: (progress: Progress) => void
  /** Gives up loading, with the signal's reason. */
  signal?: AbortSignal
}

export interface StandIns {
  /** Whoever runs it in their own process can look into it and arm faults. */
  org: Org
  /** With the database's name as its path; left out where there is none. */
  mongo?: { uri: string }
  close(): Promise<void>
}

/** The indexes that the platform's Mongoose schemas ask for (platform.md). */
const INDEXES = {
  participants: [
    { key: { email: 1 }, name: 'email_1', unique: true },
    { key: { 'registeredEvents.eventId': 1 }, name: 'registeredEvents.eventId_1' },
  ],
  users: [{ key: { email: 1 }, name: 'email_1', unique: true }],
  events: [{ key: { 'landingPage.slug': 1 }, name: 'landingPage.slug_1', unique: true, sparse: true }],
}

/**
 * Starts the org and, unless only the org is wanted, the database on loopback; loads the story into what was not kept, and
 * then lets clients in.
 */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const told = story(options)
  const clock = new MovableClock()
  const mongo = options.orgOnly === true ? undefined : await startDatabase(options, clock)
  const close = async () => {
    await Promise.all([org.close(), mongo?.close()])
  }
  const retell = (): Promise<void> => load(options, told, org, mongo)
  const org = await startPractice(options, clock, { retell, ...(mongo && { mongo: controlledMongo(mongo) }) }).catch(
    closing({ close: async () => mongo?.close() }),
  )
  await tellWhatIsMissing(options, told, org, mongo).catch(closing({ close }))
  mongo?.open()
  org.open()
  const uri = mongo && `mongodb://127.0.0.1:${mongo.port}/${options.database}?directConnection=true`
  return { org, ...(uri !== undefined && { mongo: { uri } }), close }
}

function startDatabase(
  { mongoPort, lastPorts, journals }: StandInOptions,
  { now }: MovableClock,
): Promise<MongoStandIn> {
  const kept = journals && { journal: journals.mongo }
  return onPort(mongoPort, lastPorts?.mongo, (port) => startMongo({ port, now, shut: true, ...kept }))
}

function startPractice(options: StandInOptions, clock: MovableClock, control: ControlOptions): Promise<Org> {
  const { orgPort, lastPorts, consumer, journals, orgId } = options
  const kept = journals && { journal: journals.org }
  return onPort(orgPort, lastPorts?.org, (port) =>
    startOrg({ port, consumer, clock, control, shut: true, orgId, ...kept }),
  )
}

async function load(options: StandInOptions, told: Story, org: Org, mongo: MongoStandIn | undefined): Promise<void> {
  if (mongo) await loadPlatform(options, told, mongo)
  await loadOrg(options, told, org)
}

/** What was kept is there already; a side is kept once its part of the story is told to the end. */
async function tellWhatIsMissing(
  options: StandInOptions,
  told: Story,
  org: Org,
  mongo: MongoStandIn | undefined,
): Promise<void> {
  if (mongo && !mongo.isRestored) {
    await loadPlatform(options, told, mongo)
    await mongo.keep()
  }
  if (org.isRestored) return
  await loadOrg(options, told, org)
  await org.keep()
}

async function loadOrg(options: StandInOptions, told: Story, org: Org): Promise<void> {
  for (const [object, fields] of Object.entries(told.org.customFields)) org.define(object, [...fields])
  for (const [object, records] of orgTables(told)) {
    await inBatches(options, object, records, (batch) => org.load(object, batch))
  }
}

async function loadPlatform(options: StandInOptions, { platform }: Story, mongo: MongoStandIn): Promise<void> {
  // Before loading: building them afterwards would keep everybody waiting, SIGTERM too.
  for (const [collection, indexes] of Object.entries(INDEXES)) {
    mongo.index(options.database, collection, indexes)
  }
  for (const [collection, documents] of Object.entries(platform)) {
    await inBatches(options, collection, documents, (batch) => mongo.load(options.database, collection, batch))
  }
}

/** In an order in which every reference leads to what is there already. */
function orgTables({ org }: Story) {
  return [
    ['User', org.users],
    ['Account', org.accounts],
    ['Contact', org.contacts],
    ['Lead', org.leads],
    ['Campaign', org.campaigns],
    ['CampaignMemberStatus', org.campaignMemberStatuses],
    ['CampaignMember', org.campaignMembers],
  ] as const
}

async function inBatches<T>(
  { onProgress, signal }: StandInOptions,
  loading: string,
  items: Iterable<T>,
  loadBatch: (batch: T[]) => unknown,
): Promise<void> {
  let loaded = 0
  let batch: T[] = []
  const flush = async () => {
    loadBatch(batch)
    loaded += batch.length
    batch = []
    onProgress?.({ loading, loaded })
    await setImmediate()
    signal?.throwIfAborted()
  }
  for (const item of items) {
    batch.push(item)
    if (batch.length === BATCH) await flush()
  }
  await flush()
}

/** For a rejected start: closes what is open already, then goes on with the rejection. */
function closing(open: { close(): Promise<void> }): (error: unknown) => Promise<never> {
  return async (error) => {
    await open.close()
    throw error
  }
}
