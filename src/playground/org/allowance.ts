import { type KeptPart, smallPart } from './kept-part.js'
import { RollingCount } from './rolling-count.js'
import type { OrgSettings } from './settings.js'

/** The count is written down, for a restart, whenever so many were added; a crash forgets fewer. */
const NOTED_REQUESTS = 100

/** API requests of the last 24 hours (limits.md §1). */
export class Allowance {
  readonly #settings: OrgSettings
  readonly #own = new RollingCount()
  #ever = 0

  constructor(settings: OrgSettings) {
    this.#settings = settings
  }

  /** How many requests were counted since the start or the last clear, however long ago. */
  get counted(): number {
    return this.#ever
  }

  clear(): void {
    this.#own.clear()
    this.#ever = 0
  }

  /** Requests used within the window, other integrations' included. */
  used(now: number): number {
    return this.#settings.usedElsewhere + this.#own.used(now)
  }

  remaining(now: number): number {
    return Math.max(0, this.#settings.dailyApiRequests - this.used(now))
  }

  /** Counts one request; false when the allowance was used up and it must be refused. */
  take(now: number): boolean {
    if (this.remaining(now) === 0) return false
    this.#own.add(now, 1)
    this.#ever++
    return true
  }

  /** For a restart: the requests of the window. */
  kept(): KeptPart {
    return smallPart({
      name: 'requests',
      version: () => Math.floor(this.#ever / NOTED_REQUESTS),
      read: () => ({ slots: this.#own.slots, ever: this.#ever }),
      write: ({ slots, ever }) => {
        this.#own.slots = slots
        this.#ever = ever
      },
    })
  }

  /** `api-usage=N/M`; N wavers by up to `usageNoise`. The caller's own app follows where it has a limit (rest.md §2). */
  header(now: number): string {
    const { usageNoise, dailyApiRequests, appAllowance } = this.#settings
    const own = this.#own.used(now)
    const waver = usageNoise === 0 ? 0 : ((own * 7919) % (2 * usageNoise + 1)) - usageNoise
    const usage = `api-usage=${Math.max(0, this.used(now) + waver)}/${dailyApiRequests}`
    if (appAllowance === 0) return usage
    return `${usage}; per-app-api-usage=${own}/${appAllowance}(appName=playground)`
  }
}
