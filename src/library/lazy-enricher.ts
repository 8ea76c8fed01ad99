import { MhError } from '../errors.js'
import type { OpenEnricher } from './open-enricher.js'
import type { EnrichAnswer, Enricher, EnricherOptions, EnrichOptions, PlatformId } from './types.js'
import { Waiting } from './waiting.js'

const TIMEOUT_MS = 2_000
const LONGEST_TIMEOUT_MS = 60_000

/** Keeps the promise of an answer in time; what does the work is loaded by the first call. */
export class LazyEnricher implements Enricher {
  /** Whoever waits, and what settles when they are in the queue, or will not be. */
  readonly #waiting = new Map<Waiting, Promise<void>>()
  #opened: Promise<OpenEnricher> | undefined
  #isClosed = false

  constructor(private readonly options: EnricherOptions) {}

  async enrich(who: string | PlatformId, options?: EnrichOptions): Promise<EnrichAnswer> {
    const waiting = new Waiting(patience(options?.timeoutMs))
    const queued = this.#serve(waiting, who).catch((error: unknown) => {
      waiting.giveUp(error)
    })
    this.#waiting.set(waiting, queued)
    try {
      return await waiting.answer
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(
      [...this.#waiting].map(async ([waiting, queued]) => {
        await Promise.race([queued, waiting.answer])
        waiting.giveUp(closed())
      }),
    )
    const opened = await this.#opened?.catch(() => undefined)
    await opened?.close()
  }

  async #serve(waiting: Waiting, who: string | PlatformId): Promise<void> {
    if (this.#isClosed) throw closed()
    this.#opened ??= this.#open()
    const opened = await this.#opened
    await opened.serve(waiting, who)
  }

  async #open(): Promise<OpenEnricher> {
    const { OpenEnricher: Opened } = await import('./open-enricher.js')
    return new Opened(this.options)
  }
}

function patience(milliseconds = TIMEOUT_MS): number {
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), LONGEST_TIMEOUT_MS) : TIMEOUT_MS
}

function closed(): MhError {
  return new MhError('INTERRUPTED', 'The enricher was closed.')
}
