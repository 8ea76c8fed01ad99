import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MongoClient, type Db } from 'mongodb'
import { z } from 'zod'
import { aUser, type User } from '../support/cli.js'
import { Border, type Watch } from './boundary.js'
import { dumpBoth, type Dump } from './dump.js'
import { JobWatch } from './job-watch.js'
import { startMongoWire, type MongoWire } from './mongo-wire.js'
import { startOrgWire, type OrgWire } from './org-wire.js'
import { IN_HASTE } from './product.js'
import { DATABASE, setScene, type Scene } from './scene.js'

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
/** After which a database that is away is given up, in milliseconds. */
const PATIENCE_MS = 20_000
const CONSUMER = { clientId: 'crash', username: 'crash@mongohacks.example', publicKey, approved: true }

/** The scene with a wire in front of each system, and users who reach them over these only. */
export class Stage {
  readonly #border: Border
  readonly #users: User[] = []

  private constructor(
    private readonly began: Date,
    readonly scene: Scene,
    border: Border,
    private readonly orgWire: OrgWire,
    private readonly mongoWire: MongoWire,
    private readonly client: MongoClient,
    private readonly jobs: JobWatch,
  ) {
    this.#border = border
  }

  static async set(): Promise<Stage> {
    const began = new Date()
    const scene = await setScene(CONSUMER)
    const border = new Border()
    const jobs = new JobWatch(scene.org)
    const [orgWire, mongoWire, client] = await Promise.all([
      startOrgWire(scene.org.url, border, (request) => jobs.arrived(request)),
      startMongoWire(scene.mongo.port, border),
      MongoClient.connect(scene.mongo.uri),
    ])
    return new Stage(began, scene, border, orgWire, mongoWire, client, jobs)
  }

  get db(): Db {
    return this.client.db(DATABASE)
  }

  /** For others than the product. */
  get platformUri(): string {
    return `mongodb://127.0.0.1:${this.scene.mongo.port}/${DATABASE}?directConnection=true`
  }

  /** Another machine: a home of its own. */
  user(): User {
    const environment = {
      MONGODB_URI: this.#uri(PATIENCE_MS),
      SF_LOGIN_URL: this.orgWire.url,
      SF_CLIENT_ID: CONSUMER.clientId,
      SF_USERNAME: CONSUMER.username,
      SF_PRIVATE_KEY_PATH: 'server.key',
    }
    const user = aUser({ ...environment, ...IN_HASTE })
    user.environment.SF_PRIVATE_KEY_PATH = join(user.home, 'server.key')
    writeFileSync(join(user.home, 'server.key'), privateKey, { mode: 0o600 })
    this.#users.push(user)
    return user
  }

  /** From now on the user gives a database up that is away for so long, in milliseconds. */
  hurry(user: User, patienceMs = PATIENCE_MS): void {
    user.environment.MONGODB_URI = this.#uri(patienceMs)
  }

  #uri(patienceMs: number): string {
    return `mongodb://127.0.0.1:${this.mongoWire.port}/${DATABASE}?directConnection=true&serverSelectionTimeoutMS=${patienceMs}`
  }

  /** Does something while each boundary is watched; afterwards nothing happens any more. */
  async watched<T>(watch: Watch, work: () => Promise<T>): Promise<T> {
    this.#border.watchedBy(watch)
    try {
      return await work()
    } finally {
      this.#border.watchedBy(() => undefined)
      this.mongoWire.comeBack()
      this.scene.org.disarm()
    }
  }

  /** The term of a dead run's lease is over. */
  async expireLeases(): Promise<void> {
    const leases = this.db.collection<{ _id: string }>('salesforce_leases')
    await leases.updateMany({ 'held.0': { $exists: true } }, { $set: { 'held.$[].until': new Date() } })
  }

  /** The twenty minutes are over, within which what a dead run sent may still arrive. */
  async expireClaims(): Promise<void> {
    const at = new Date(Date.now() - 21 * 60_000)
    await this.db.collection('salesforce_leads').updateMany({ state: 'claimed' }, { $set: { at } })
  }

  /** What the ledger has wrong: somebody still at work, or a run that ended well with changes of which nobody knows. */
  async ledgerProblems(): Promise<string[]> {
    const leases = await this.db.collection('salesforce_leases').findOne({ 'held.0': { $exists: true } })
    const done = await this.db.collection<{ _id: string }>('salesforce_runs').find({ state: 'done' }).toArray()
    const lines = this.db.collection<{ _id: string }>('salesforce_run_lines')
    const open = await Promise.all(
      done.map(({ _id }) => lines.findOne({ _id: new RegExp(`^${_id}/`, 'u'), state: 'sent' })),
    )
    return [
      ...(leases ? ['a lease is still held'] : []),
      ...open.flatMap((line) => (line ? [`line ${line._id} of a run that is done was never settled`] : [])),
    ]
  }

  /** Lines of the ledger that tell of somebody. */
  async linesWith(person: RegExp): Promise<string[]> {
    const lines = await this.db.collection('salesforce_run_lines').find().toArray()
    const telling = lines.filter((line) => person.test(JSON.stringify(line)))
    return telling.map(({ _id }) => `line ${String(_id)} still tells of somebody who was erased`)
  }

  async jobProblems(): Promise<string[]> {
    const runs = await this.db
      .collection('salesforce_runs')
      .find({ jobs: { $exists: true } })
      .toArray()
    const noted = runs.flatMap(({ jobs }) => z.array(z.object({ id: z.string() })).parse(jobs))
    return this.jobs.problems(new Set(noted.map(({ id }) => id)))
  }

  dump(): Promise<Dump> {
    return dumpBoth(this.scene.org, this.db, this.began)
  }

  async strike(): Promise<void> {
    for (const user of this.#users) user.forget()
    await this.client.close()
    await Promise.all([this.orgWire.close(), this.mongoWire.close()])
    await this.scene.close()
  }
}
