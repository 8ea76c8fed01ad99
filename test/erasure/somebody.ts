import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { ObjectId } from 'mongodb'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runLookup } from '../../src/cli/run-lookup.js'
import { runNightly } from '../../src/cli/run-nightly.js'
import { runReviewResolve } from '../../src/cli/run-review.js'
import { runUndo } from '../../src/cli/run-undo.js'
import { runWorker } from '../../src/cli/run-worker.js'
import { Database } from '../../src/mongo/database.js'
import { Queue } from '../../src/mongo/queue.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import type { World } from '../support/world.js'

const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
const NAME = 'Zz Marakanari'
export const AT_WORK = 'marakanari@engines.example'
export const [AS_LEAD, PARKED] = ['mara.kanari+hack@gmail.com', 'm.a.r.a.kanari@googlemail.com'] as const
/** What tells of them, wherever it stands; their ids do as well. */
export const MARKED = /marakanari|mara\.?kanari|m\.a\.r\.a|marked by mara/iu
const OBJECTS = [
  'Account',
  'Campaign',
  'CampaignMember',
  'CampaignMemberStatus',
  'Case',
  'Contact',
  'Individual',
  'Lead',
  'Task',
]

/** Their participants, and their Contact. */
export type Ids = Record<'work' | 'lead' | 'parked' | 'contact', string>

/**
 * One person as there are few: registered for three events under an address at work, whose Contact we wrote to, and under a private one,
 * of which we made a Lead; and once more under another spelling, which was parked until somebody decided.
 */
export class Somebody {
  ids: Ids = { work: '', lead: '', parked: '', contact: '' }
  /** Runs that had to do with them, the first first. */
  readonly runs: string[] = []
  #made = 0

  private constructor(readonly world: World) {}

  static async register(world: World): Promise<Somebody> {
    const mara = new Somebody(world)
    await mara.#begin()
    return mara
  }

  app(command: string) {
    return anApp(this.world.user, command, impatientClock())
  }

  async backfillAll() {
    await using opened = await this.app('backfill')
    return (await runBackfill(opened, { ...COMMON, all: true, force: false, 'create-leads': true })).result
  }

  /** Looks at whoever nobody has looked at for long. */
  async backfillStale() {
    await using opened = await this.app('backfill')
    const flags = { ...COMMON, all: true, force: false, stale: '30d', 'create-leads': true }
    return (await runBackfill(opened, flags)).result.summary
  }

  /** Everything that a night does. */
  async night() {
    await using opened = await this.app('nightly')
    return await runNightly(opened, { quiet: true, 'dry-run': false })
  }

  async sync() {
    await using opened = await this.app('campaign sync')
    return (await runCampaignSync(opened, 'sync', { ...COMMON, correct: false, 'create-leads': true })).result
  }

  async undo(id: string) {
    await using opened = await this.app('runs undo')
    return (await runUndo(opened, id, { ...COMMON, last: false, confirm: id })).result
  }

  async decide(id: string, record: string) {
    await using opened = await this.app('review resolve')
    return await runReviewResolve(opened, id, { record, nobody: false, forget: false })
  }

  async lookUp(email: string) {
    await using opened = await this.app('lookup')
    return await runLookup(opened, [email], { refresh: false, save: true }, () => undefined)
  }

  /** Asks for people as a sign-up does that could not wait, and lets a worker serve them. */
  async enqueue(ids: readonly string[]) {
    await this.#queued((queue) => queue.request(ids, 'live'))
    await using opened = await this.app('worker')
    return await runWorker(opened, { once: true, concurrency: 1, 'batch-window': 0 }, () => undefined)
  }

  get participants() {
    return this.world.db.collection('participants')
  }

  stored(id: string) {
    return this.participants.findOne({ _id: new ObjectId(id) })
  }

  /** Their documents of the platform, as they are. */
  platformDocuments() {
    const _id = { $in: [this.ids.work, this.ids.lead, this.ids.parked].map((id) => new ObjectId(id)) }
    return this.participants.find({ _id }).sort({ _id: 1 }).toArray()
  }

  /** Records of an object that are not deleted. */
  living(object: string) {
    return this.#rows(object).filter(({ IsDeleted }) => !IsDeleted)
  }

  /** A new registration by somebody who agreed to everything; returns the participant's id. */
  async signUp(email: string, events: readonly unknown[]): Promise<string> {
    this.#made += 1
    const at = this.#made
    const [userId, _id] = [`e${at}`, `f${at}`].map((end) => new ObjectId(end.padStart(24, '0')))
    const account = { email: `account.${at}@x.example`, notificationPreferences: { newsletter: true } }
    await this.world.db.collection('users').insertOne({ ...(userId ? { _id: userId } : {}), ...account })
    const registeredEvents = events.map((eventId) => ({ _id: new ObjectId(), eventId, status: 'registered' }))
    const person = { userId, email, name: NAME, skills: ['marked by mara'], registeredEvents, deletedAt: null }
    return (await this.participants.insertOne({ ...(_id ? { _id } : {}), ...person })).insertedId.toHexString()
  }

  /** Three events that are live. */
  async liveEvents(): Promise<unknown[]> {
    const filter = { status: { $in: ['open', 'in_progress'] } }
    const live = await this.world.db.collection('events').find(filter).sort({ _id: 1 }).limit(3).toArray()
    return live.map(({ _id }) => _id)
  }

  /** Where something tells of them, by object or collection, and in how many records or documents: all of both systems is read. */
  async whereMarked(): Promise<Record<string, number>> {
    const found: Record<string, number> = {}
    const ids = Object.values(this.ids)
    const count = (where: string, texts: readonly string[]) => {
      const marked = texts.filter((text) => MARKED.test(text) || ids.some((id) => text.includes(id))).length
      if (marked > 0) found[where] = marked
    }
    const collections = (await this.world.db.listCollections().toArray()).map(({ name }) => name).sort()
    for (const name of collections) {
      const documents = await this.world.db.collection(name).find().toArray()
      count(
        name,
        documents.map((each) => EJSON.stringify(each)),
      )
    }
    for (const object of OBJECTS) {
      const rows = this.#rows(object)
      const texts = (deleted: boolean) =>
        rows.filter((row) => row.IsDeleted === deleted).map((row): string => JSON.stringify(row))
      count(object, texts(false))
      count(`${object} in the bin`, texts(true))
    }
    const files = readdirSync(this.world.user.home, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    const texts = files.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    count(
      'files of this machine',
      texts.map((path) => readFileSync(path, 'utf8')),
    )
    return found
  }

  /** Their history grows by what they do: they come to their events, and learn. */
  async live(skills: readonly string[]): Promise<void> {
    for (const [at, skill] of skills.entries()) {
      const status = at === 0 ? 'no_show' : 'attended'
      const filter = { _id: { $in: [this.ids.work, this.ids.lead].map((id) => new ObjectId(id)) } }
      const change = { $set: { 'registeredEvents.$[].status': status }, $push: { skills: skill } }
      await this.participants.updateMany(filter, change as object)
      this.runs.push((await this.sync()).runId ?? '')
    }
  }

  async #begin(): Promise<void> {
    const { world } = this
    world.org.settings.hiddenFields = []
    const events = await this.liveEvents()
    const twins = ['1', '2'].map((Phone) => ({ LastName: 'Twin', Email: PARKED, Phone }))
    world.org.load('Contact', [{ FirstName: 'Zz', LastName: 'Marakanari', Email: AT_WORK }, ...twins] as never)
    const contact = this.living('Contact').find(({ LastName }) => LastName === 'Marakanari')?.Id ?? ''
    const [work, lead] = [await this.signUp(AT_WORK, events), await this.signUp(AS_LEAD, events)]
    this.ids = { work, lead, parked: await this.signUp(PARKED, events.slice(0, 1)), contact }
    this.runs.push((await this.backfillAll()).runId ?? '', (await this.sync()).runId ?? '')
    // One person under two addresses: a person decided that the parked one is the contact, too.
    await this.decide(this.ids.parked, contact)
    this.runs.push((await this.sync()).runId ?? '')
    await this.lookUp(AS_LEAD)
    await this.#queued((queue) => queue.requestOne(this.ids.lead, 'live', 60_000))
  }

  async #queued<T>(work: (queue: Queue) => Promise<T>): Promise<T> {
    const database = await Database.open({ uri: this.world.user.environment.MONGODB_URI ?? '' })
    try {
      return await work(new Queue(database))
    } finally {
      await database.close()
    }
  }

  #rows(object: string) {
    return [...this.world.org.store.scan(object)]
  }
}
