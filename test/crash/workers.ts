import { setTimeout as delay } from 'node:timers/promises'
import type { ChangeStreamDocument, ObjectId } from 'mongodb'
import { Database } from '../../src/mongo/database.js'
import { Queue } from '../../src/mongo/queue.js'
import { TestRedis } from '../support/redis.js'
import type { Running } from '../support/cli.js'
import { aWorld, type World } from '../support/world.js'

export interface WorkersTrial {
  people: number
  workers: number
  /** How many workers are killed, one about every second, while people come. */
  kills: number
  seed: number
  redis: boolean
  /** How long the org takes over a lookup, in milliseconds. */
  callMs: number
}

export interface WorkersReport {
  enriched: number
  /** Whose document was written more than once; a look that finds nothing to change writes nothing. */
  twice: number
  /** Who was asked for, is there, and was never written. */
  lost: number
  /** Left in the queue. */
  left: number
  kills: number
  batches: number
  calls: number
  seconds: number
}

const LOOKUP = { method: 'POST', path: '/services/data/*/composite' } as const
const PORTIONS = 50
/** Without any news, before no more is waited for. */
const MOST_LOOKS = 500

/** Workers on one queue, in processes of their own, of which some are killed at random and started again. */
export class Crew {
  readonly #running = new Set<Running>()
  #batches = 0

  private constructor(
    readonly world: World,
    readonly queue: Queue,
    private readonly database: Database,
    private readonly redis: TestRedis | undefined,
  ) {}

  static async set({ people, redis, callMs }: Pick<WorkersTrial, 'people' | 'redis' | 'callMs'>): Promise<Crew> {
    const world = await aWorld({ participants: people })
    const database = await Database.open({ uri: world.user.environment.MONGODB_URI ?? '' })
    world.org.arm({ ...LOOKUP, times: 1_000_000, effect: { kind: 'delay', ms: callMs } })
    return new Crew(world, new Queue(database), database, redis ? await TestRedis.start() : undefined)
  }

  get batches(): number {
    return this.#batches
  }

  get running(): Running[] {
    return [...this.#running]
  }

  /** Everybody of the platform who is not deleted, as if they had just registered: nobody has been looked up. */
  async people(): Promise<string[]> {
    const participants = this.world.db.collection('participants')
    await participants.updateMany({}, { $unset: { salesforce: '' } })
    const all = participants.find({ deletedAt: null }, { projection: { _id: 1 } })
    return (await all.toArray()).map(({ _id }) => String(_id))
  }

  /** Starts one; resolves when it says that it has. */
  async start(): Promise<void> {
    const user = this.world.another(this.redis ? { QUEUE_URL: this.redis.url } : {})
    const running = user.start('worker', '--log', 'json')
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
    await new Promise<void>((resolve) => {
      running.stderr.on('data', (some: Buffer) => {
        this.#batches += String(some).split('"event":"batch"').length - 1
        resolve()
      })
      void running.finally(resolve)
    })
  }

  async kill(running: Running): Promise<void> {
    running.kill('SIGKILL')
    await running
  }

  /** As SIGTERM does: each finishes what it has in hand. */
  async stop(): Promise<void> {
    for (const running of this.#running) running.kill('SIGTERM')
    await Promise.all(this.#running)
  }

  /** As a minute later: who was claimed is due. */
  async leasesAreOver(): Promise<void> {
    await this.world.db.collection('salesforce_queue').updateMany({}, { $set: { notBefore: new Date(0) } })
  }

  async untilServed(): Promise<void> {
    while ((await this.queue.count({})) > 0) await delay(20)
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((running) => this.kill(running)))
    await this.redis?.stop()
    await this.database.close()
    await this.world.close()
  }
}

/** Counts the writes of each participant's document, by whoever writes. */
export class WriteCount {
  readonly #writes = new Map<string, number>()
  readonly #close: () => Promise<void>

  constructor({ db }: World) {
    const stream = db.collection<{ _id: ObjectId }>('participants').watch([{ $match: { operationType: 'update' } }])
    stream.on('change', (change: ChangeStreamDocument<{ _id: ObjectId }>) => {
      if (change.operationType !== 'update') return
      const id = String(change.documentKey._id)
      this.#writes.set(id, (this.#writes.get(id) ?? 0) + 1)
    })
    this.#close = () => stream.close()
  }

  /** How many were written, and how many of them more than once, when `people` have been, or nothing more comes. */
  async of(people: readonly string[]): Promise<{ once: number; twice: number; never: number }> {
    for (let [known, looks] = [0, 0]; this.#writes.size < people.length && looks < MOST_LOOKS; looks += 1) {
      await delay(20)
      // What is told late on a busy machine still comes.
      if (this.#writes.size > known) [known, looks] = [this.#writes.size, 0]
    }
    await this.#close()
    const counts = people.map((id) => this.#writes.get(id) ?? 0)
    const number = (is: (writes: number) => boolean) => counts.filter(is).length
    return {
      once: number((writes) => writes > 0),
      twice: number((writes) => writes > 1),
      never: number((writes) => writes === 0),
    }
  }
}

/** People come while workers are killed; then all are served by those who are left. */
export async function crashWorkers(trial: WorkersTrial, tell: (line: string) => void): Promise<WorkersReport> {
  return withCrew(trial, async (crew, people) => {
    const random = randomOf(trial.seed)
    const writes = new WriteCount(crew.world)
    const [before, began] = [crew.world.org.requests.total, performance.now()]
    await Promise.all([come(crew, people, trial.kills * 1_000), killSome(crew, trial.kills, random, tell)])
    tell('nobody more comes, and no worker more is killed')
    await crew.untilServed()
    const seconds = (performance.now() - began) / 1_000
    const calls = crew.world.org.requests.total - before
    await crew.stop()
    const { once, twice, never } = await writes.of(people)
    const left = await crew.queue.count({})
    return { enriched: once, twice, lost: never, left, kills: trial.kills, batches: crew.batches, calls, seconds }
  })
}

/** Seconds that so many workers take for everybody, all of whom come at once. */
export async function secondsFor(trial: WorkersTrial): Promise<number> {
  return withCrew(trial, async (crew, people) => {
    // Each has looked once.
    await delay(5_000)
    await crew.queue.request(people, 'live')
    const began = performance.now()
    await crew.untilServed()
    return (performance.now() - began) / 1_000
  })
}

/** Two workers are killed while they have people in hand; when the leases are over, another one serves everybody. */
export async function crashOnce(
  trial: Pick<WorkersTrial, 'people' | 'redis'>,
): Promise<Pick<WorkersReport, 'twice' | 'lost' | 'left'> & { killedWith: number }> {
  return withCrew({ ...trial, workers: 2, callMs: 1_000 }, async (crew, people) => {
    const writes = new WriteCount(crew.world)
    await crew.queue.request(people, 'live')
    const inHand = async () => (await crew.queue.stats()).claimed
    let killedWith = await inHand()
    while (killedWith === 0) {
      await delay(20)
      killedWith = await inHand()
    }
    await Promise.all(crew.running.map((running) => crew.kill(running)))
    await crew.leasesAreOver()
    await crew.start()
    await crew.untilServed()
    await crew.stop()
    const { twice, never } = await writes.of(people)
    return { killedWith, twice, lost: never, left: await crew.queue.count({}) }
  })
}

/** Does something with workers that have started, and everybody whom they might serve. */
async function withCrew<T>(
  trial: Omit<WorkersTrial, 'kills' | 'seed'>,
  work: (crew: Crew, people: string[]) => Promise<T>,
): Promise<T> {
  const crew = await Crew.set(trial)
  try {
    const people = await crew.people()
    await Promise.all(Array.from({ length: trial.workers }, () => crew.start()))
    return await work(crew, people)
  } finally {
    await crew.close()
  }
}

async function come({ queue }: Crew, people: readonly string[], withinMs: number): Promise<void> {
  const portion = Math.ceil(people.length / PORTIONS)
  for (let at = 0; at < people.length; at += portion) {
    await queue.request(people.slice(at, at + portion), 'live')
    await delay(withinMs / PORTIONS)
  }
}

async function killSome(crew: Crew, kills: number, random: () => number, tell: (line: string) => void): Promise<void> {
  const starting: Promise<unknown>[] = []
  for (let kill = 1; kill <= kills; kill += 1) {
    await delay(2_000 * random())
    const victim = crew.running[Math.floor(random() * crew.running.length)]
    if (!victim) continue
    await crew.kill(victim)
    tell(`kill ${kill} of ${kills}`)
    starting.push(crew.start())
  }
  await Promise.all(starting)
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
