import type { Clock } from '../clock.js'
import type { BeginRun, Run } from '../sync/run.js'

/** How long one run of a worker lasts, in milliseconds: a worker lives for months, and a run is forgotten after its time. */
const RUN_LASTS_MS = 60 * 60_000

/** The run in which a worker writes down what it changes: begun when there is something, and a new one each hour. */
export class RunKeeper {
  #kept: { run: Promise<Run>; since: number; inHand: number } | undefined
  #ids: string[] = []

  constructor(
    private readonly begin: BeginRun,
    private readonly clock: Clock,
  ) {}

  /** The ids of all of its runs. */
  get ids(): readonly string[] {
    return this.#ids
  }

  /** Does some work in the run of now. Throws what its beginning throws; asked again, it tries again. */
  async use<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const now = this.clock.elapsed()
    // Whoever is at work in a run keeps it from ending.
    if (this.#kept?.inHand === 0 && now - this.#kept.since > RUN_LASTS_MS) await this.end()
    const kept = (this.#kept ??= { run: this.#begun(), since: now, inHand: 0 })
    kept.inHand += 1
    try {
      return await work(await this.#unlessItFails(kept))
    } finally {
      kept.inHand -= 1
    }
  }

  /** Writes down that it has ended; what it could not do is in the queue, and no failure of the run. */
  async end(code?: string): Promise<void> {
    const kept = this.#kept
    this.#kept = undefined
    const run = await kept?.run.catch(() => undefined)
    await run?.end(code === undefined ? { state: 'done' } : { state: 'stopped', code })
  }

  async #unlessItFails(kept: { run: Promise<Run> }): Promise<Run> {
    return kept.run.catch((error: unknown) => {
      if (this.#kept?.run === kept.run) this.#kept = undefined
      throw error
    })
  }

  /** Holds no scope: it stands in nobody's way, and nobody in its. */
  async #begun(): Promise<Run> {
    const run = await this.begin([])
    try {
      await run.noteOrg()
    } catch (error) {
      await run.end({ state: 'stopped' }).catch(() => undefined)
      throw error
    }
    this.#ids.push(run.id)
    return run
  }
}
