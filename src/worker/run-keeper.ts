import type { Clock } from '../clock.js'
import type { BeginRun, Run } from '../sync/run.js'

/** How long one run of a worker lasts, in milliseconds: a worker lives for months, and a run is forgotten after its time. */
const RUN_LASTS_MS = 60 * 60_000

/** The run in which a worker writes down what it changes: begun when there is something, and a new one each hour. */
export class RunKeeper {
  #run: { run: Promise<Run>; since: number } | undefined
  #ids: string[] = []

  constructor(
    private readonly begin: BeginRun,
    private readonly clock: Clock,
  ) {}

  /** The ids of all of its runs. */
  get ids(): readonly string[] {
    return this.#ids
  }

  /** The run of now. Throws what its beginning throws; asked again, it tries again. */
  async current(): Promise<Run> {
    const now = this.clock.elapsed()
    if (this.#run && now - this.#run.since > RUN_LASTS_MS) await this.end()
    this.#run ??= { run: this.#begun(), since: now }
    return this.#run.run.catch((error: unknown) => {
      this.#run = undefined
      throw error
    })
  }

  /** Writes down that it has ended; what it could not do is in the queue, and no failure of the run. */
  async end(code?: string): Promise<void> {
    const run = await this.#run?.run.catch(() => undefined)
    this.#run = undefined
    await run?.end(code === undefined ? { state: 'done' } : { state: 'stopped', code })
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
