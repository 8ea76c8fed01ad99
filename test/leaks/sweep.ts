import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { MongoClient, ObjectId } from 'mongodb'
import type { Fault, FaultEffect } from '../../src/playground/org/faults.js'
import type { User } from '../support/cli.js'
import { aReceiver, type Receiver } from '../support/receiver.js'
import { aWorld, type World } from '../support/world.js'
import { freshIn, type Facts, type Tried } from './commands.js'
import { findIn, MAIL_PASSWORD, MARKED, SECRETS, WEBHOOK_PATH, type Forbidden } from './marks.js'

/** Where a person's data has to be: the platform's own, what an undo puts back, and what `lookup` is for. */
const MAY_HOLD = /^(?:participants|users|salesforce_run_lines|salesforce_lookup_cache|salesforce_contacts)$/u
const API = '/services/data/*'
const echo = `INVALID_EMAIL_ADDRESS ${MARKED.email} of ${MARKED.firstName} ${MARKED.lastName}, session 00D5e0000000001EAA!zqsecretsession`

/** A login tells nobody's data, so it is who logs in, and with what, that may come back. */
const loginEcho = `no ${MARKED.email} with 00D5e0000000001EAA!zqsecretsession\u001b[2J`

/** What goes wrong meanwhile. */
export interface Trouble {
  name: string
  org?: readonly Fault[]
  /** Commands of MongoDB that fail, by its code; 0 loses the connection. */
  mongo?: { commands: readonly string[]; code: number }
  /** Settings that are otherwise. */
  settings?: Readonly<Record<string, string>>
  /** `kill -9` when the org is asked first. */
  kill?: true
}

function atOrg(name: string, effect: FaultEffect, path = `${API}/composite*`): Trouble {
  return { name, org: [{ path, times: 2, effect }] }
}

const json = [{ errorCode: 'INVALID_EMAIL_ADDRESS', message: echo, statusCode: 'X', fields: [MARKED.email] }]
export const TROUBLES: readonly Trouble[] = [
  { name: 'none' },
  atOrg('a refusal that echoes', { kind: 'reply', status: 400, json }),
  atOrg('a code that echoes', { kind: 'reply', status: 400, json: [{ errorCode: echo, message: echo }] }),
  atOrg('a page that echoes', { kind: 'reply', status: 503, text: `<p>${echo}`, headers: { 'Retry-After': '0' } }),
  atOrg('no JSON', { kind: 'reply', status: 200, text: `{"${echo}` }),
  atOrg('other JSON', { kind: 'reply', status: 200, json: { compositeResponse: echo } }),
  atOrg('a cut reply', { kind: 'cut', bytes: 200 }),
  atOrg('a lost reply', { kind: 'drop', applied: true }),
  atOrg('a redirect', { kind: 'redirect', to: 'http://127.0.0.1:1' }),
  atOrg('an ended session', { kind: 'expire' }),
  atOrg(
    'a login that is refused',
    { kind: 'reply', status: 400, json: { error: 'invalid_grant', error_description: loginEcho } },
    '/services/oauth2/token',
  ),
  atOrg('trouble with Bulk', { kind: 'reply', status: 400, json }, `${API}/jobs/*`),
  { name: 'writes that MongoDB refuses', mongo: { commands: ['update', 'insert', 'bulkWrite'], code: 121 } },
  { name: 'reads that MongoDB refuses', mongo: { commands: ['find', 'aggregate'], code: 13 } },
  { name: 'a lost connection to MongoDB', mongo: { commands: ['find', 'update'], code: 0 } },
  {
    name: 'no MongoDB',
    settings: {
      MONGODB_URI: 'mongodb://zquser:zqsecretmongo@127.0.0.1:1/hackathon-platform?serverSelectionTimeoutMS=300',
    },
  },
  { name: 'no org', settings: { SF_LOGIN_URL: 'http://127.0.0.1:1' } },
  { name: 'a settings file with secrets in the wrong place', settings: { MH_SF_CONFIG: 'wrong.json' } },
  { name: 'kill -9', kill: true },
]

/** A person in both systems, somebody who runs commands about them, and everything that is written where. */
export class Scene implements AsyncDisposable {
  /** What each sink held in all, in characters: a search that reads nothing finds nothing. */
  readonly read = { stdout: 0, stderr: 0, files: 0, collections: 0, processes: 0, messages: 0 }
  readonly #temporary: string
  readonly #client: MongoClient

  private constructor(
    private readonly world: World,
    private readonly user: User,
    private readonly facts: Facts,
    private readonly webhook: Receiver,
    temporary: string,
    client: MongoClient,
  ) {
    this.#temporary = temporary
    this.#client = client
  }

  static async open(): Promise<Scene> {
    const world = await aWorld({ participants: 100 })
    const webhook = await aReceiver()
    world.org.settings.hiddenFields = []
    const temporary = mkdtempSync(join(tmpdir(), 'mh-sf-leaks-'))
    const user = world.another({
      ...SECRETS,
      ALERT_WEBHOOK_URL: `${webhook.url}${WEBHOOK_PATH}`,
      SMTP_URL: `smtp://mailer:${MAIL_PASSWORD}@127.0.0.1:1`,
      TMPDIR: temporary,
    })
    const people = { from: 'mh-sf@mongohacks.example', to: ['ops@mongohacks.example'] }
    writeFileSync(join(user.home, 'mh-sf.config.json'), JSON.stringify({ notify: { email: people } }))
    const misplaced = {
      match: { password: 'zqsecretmisplaced', onSeveral: `mongodb://a:zqsecretmisplaced@b/${MARKED.email}` },
    }
    writeFileSync(join(user.home, 'wrong.json'), JSON.stringify(misplaced))
    const participant = await marked(world)
    const client = await MongoClient.connect(user.environment.MONGODB_URI ?? '')
    const fresh = freshIn(user.home)
    const plan = `${fresh()}.plan`
    const facts = { directory: user.home, participant, address: MARKED.email, run: '', plan, fresh }
    const scene = new Scene(world, user, facts, webhook, temporary, client)
    await user.run('backfill', '--all')
    await user.run('plan', 'campaign', 'sync', '--event', 'spring-2026', '--out', plan)
    await user.run('campaign', 'sync', '--event', 'spring-2026')
    const [run] = await world.db
      .collection<{ _id: string }>('salesforce_runs')
      .find({ command: 'campaign sync' })
      .toArray()
    facts.run = run?._id ?? ''
    return scene
  }

  /** Runs one command in one trouble and searches everything that is written then; returns what was found. */
  async try(tried: Tried, trouble: Trouble): Promise<string[]> {
    this.webhook.received.length = 0
    await this.#arm(trouble)
    const environment = { ...this.user.environment, ...trouble.settings }
    const user = { ...this.user, environment }
    const { stdout, stderr, processes } = await this.#run(user, tried, trouble)
    await this.#arm({ name: 'none' })
    const shown: Forbidden[] = ['secrets', 'commands of a terminal', ...(tried.names ? [] : ['people' as const])]
    const messages = this.webhook.received.map(({ body }) => body).join('\n')
    const found = [
      ...this.#search('stdout', 'stdout', stdout, shown),
      ...this.#search('stderr', 'stderr', stderr, ['people', 'secrets', 'commands of a terminal']),
      ...this.#search('processes', 'process list', processes, ['people', 'secrets']),
      ...this.#search('messages', 'messages', messages, ['people', 'secrets']),
      ...this.#searchFiles(tried),
      ...(await this.#searchCollections()),
    ]
    return found.map((each) => `${tried.words(this.facts).join(' ')}, ${trouble.name}: ${each}`)
  }

  /** Collections in which the marked person is: who searches where nobody is finds nothing. */
  async whereMarked(): Promise<string[]> {
    const names = (await this.world.db.listCollections().toArray()).map(({ name }) => name)
    const texts = await Promise.all(
      names.map(async (name) => EJSON.stringify(await this.world.db.collection(name).find().toArray())),
    )
    return names.filter((_, at) => findIn(texts[at] ?? '', ['people']).length > 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close()
    await this.webhook.close()
    await this.world.close()
    rmSync(this.#temporary, { recursive: true, force: true })
  }

  #search(sink: keyof Scene['read'], where: string, text: string, forbidden: readonly Forbidden[]): string[] {
    this.read[sink] += text.length
    return findIn(text, forbidden).map((each) => `${where}: ${each}`)
  }

  async #arm({ org = [], mongo }: Trouble): Promise<void> {
    this.world.org.disarm()
    for (const fault of org) this.world.org.arm(fault)
    const data = mongo && {
      failCommands: mongo.commands,
      appName: undefined,
      ...(mongo.code === 0 ? { closeConnection: true } : { errorCode: mongo.code }),
    }
    const mode = mongo ? { times: 4 } : 'off'
    await this.#client.db('admin').command({ configureFailPoint: 'failCommand', mode, ...(data ? { data } : {}) })
  }

  async #run({ environment }: User, tried: Tried, trouble: Trouble) {
    const asked = this.world.org.requests.total
    const { execa } = await import('execa')
    const program = join(import.meta.dirname, '../../bin/run.js')
    const env = { PATH: process.env.PATH ?? '', HOME: this.user.home, ...xdg(this.user.home), ...environment }
    const child = execa(process.execPath, [program, ...tried.words(this.facts)], {
      cwd: this.user.home,
      env,
      extendEnv: false,
      reject: false,
      input: tried.input?.(this.facts) ?? '',
      timeout: 60_000,
      stripFinalNewline: false,
    })
    const seen = new Set<string>()
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += String(chunk)
      if (tried.until?.test(said)) child.kill('SIGTERM')
    })
    const watch = setInterval(() => {
      for (const line of commandLinesBelow(child.pid)) seen.add(line)
      if (trouble.kill && this.world.org.requests.total > asked + 1) child.kill('SIGKILL')
    }, 15)
    const { stdout, stderr } = await child
    clearInterval(watch)
    return { stdout, stderr, processes: [...seen].join('\n') }
  }

  #searchFiles({ writes }: Tried): string[] {
    return [this.user.home, this.#temporary].flatMap((directory) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
        const path = join(directory, name)
        if (!statSync(path).isFile() || name === 'server.key' || name === 'wrong.json') return []
        const isPrivate = (statSync(path).mode & 0o077) === 0
        // The session is this user's alone; rows of a job that was killed lie in a directory of theirs.
        const isKept =
          isPrivate &&
          (name.includes('sessions/') || name.includes('uploads/') || /\.(?:plan|copy|env\.local)$/u.test(name))
        const forbidden: Forbidden[] = isKept || writes?.test(name) ? [] : ['people', 'secrets']
        return this.#search('files', `file ${name}`, readFileSync(path, 'utf8'), forbidden)
      }),
    )
  }

  async #searchCollections(): Promise<string[]> {
    const names = (await this.world.db.listCollections().toArray()).map(({ name }) => name)
    const found: string[] = []
    for (const name of names.sort()) {
      const documents = await this.world.db.collection(name).find().project({ descriptionEmbedding: 0 }).toArray()
      const text = documents.map((each) => EJSON.stringify(each)).join('\n')
      found.push(...this.#search('collections', name, text, MAY_HOLD.test(name) ? ['secrets'] : ['people', 'secrets']))
    }
    return found
  }
}

async function marked(world: World): Promise<string> {
  const event = await world.db.collection('events').findOne({ 'landingPage.slug': /spring-2026/u })
  const { email, firstName, lastName, phone, title } = MARKED
  const userId = new ObjectId()
  const account = {
    _id: userId,
    email,
    name: `${firstName} ${lastName}`,
    notificationPreferences: { newsletter: true },
  }
  await world.db.collection('users').insertOne(account)
  const registeredEvents = [{ _id: new ObjectId(), eventId: event?._id, status: 'attended' }]
  const person = { userId, email, name: `${firstName} ${lastName}`, bio: title, registeredEvents, deletedAt: null }
  const record = { FirstName: firstName, LastName: lastName, Email: email, Phone: phone, Title: title }
  // Two of them, so that they are parked for a person.
  world.org.load('Contact', [record, { ...record, FirstName: 'Zqfirst' }])
  return (await world.db.collection('participants').insertOne(person)).insertedId.toHexString()
}

function xdg(home: string): Record<string, string> {
  return { XDG_DATA_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') }
}

/** What anybody on the machine sees of a process and of those that it started, where the system has /proc. */
function commandLinesBelow(pid: number | undefined): string[] {
  if (pid === undefined) return []
  const line = contents(`/proc/${pid}/cmdline`).replaceAll('\u0000', ' ')
  const children = contents(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return [line, ...children.flatMap(commandLinesBelow)]
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
