import { type KeptPart, smallPart } from './kept-part.js'
import type { OrgSettings } from './settings.js'

const DAY_MS = 24 * 60 * 60 * 1000
const SLOT_MS = 10 * 60 * 1000
/** The count is written down, for a restart, whenever so many were added; a crash forgets fewer. */
const NOTED_REQUESTS = 100

/** API requests of the last 24 hours: the window rolls, so usage falls gradually (limits.md §1). Counted in slots of ten minutes. */
export class Allowance {
  readonly #settings: OrgSettings
  readonly #slots = new Map<number, number>()
  #total = 0
  #ever = 0

  constructor(settings: OrgSettings) {
    this.#settings = settings
  }

  /** How many requests were counted since the start or the last clear, however long ago. */
  get counted(): number {
    return this.#ever
  }

  clear(): void {
    this.#slots.clear()
    this.#total = 0
    this.#ever = 0
  }

  /** Requests used within the window, other integrations' included. */
  used(now: number): number {
    const oldest = Math.floor((now - DAY_MS) / SLOT_MS)
    for (const [slot, count] of this.#slots) {
      if (slot > oldest) break
      this.#slots.delete(slot)
      this.#total -= count
    }
    return this.#settings.usedElsewhere + this.#total
  }

  remaining(now: number): number {
    return Math.max(0, this.#settings.dailyApiRequests - this.used(now))
  }

  /** Counts one request; false when the allowance was used up and it must be refused. */
  take(now: number): boolean {
    if (this.remaining(now) === 0) return false
    const slot = Math.floor(now / SLOT_MS)
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + 1)
    this.#total++
    this.#ever++
    return true
  }

  /** For a restart: the requests of the window. */
  kept(): KeptPart {
    return smallPart({
      name: 'requests',
      version: () => Math.floor(this.#ever / NOTED_REQUESTS),
      read: () => ({ slots: [...this.#slots], ever: this.#ever }),
      write: ({ slots, ever }) => {
        this.clear()
        for (const [slot, count] of slots) {
          this.#slots.set(slot, count)
          this.#total += count
        }
        this.#ever = ever
      },
    })
  }

  /** `api-usage=N/M`; N wavers by up to `usageNoise`. The caller's own app follows where it has a limit (rest.md §2). */
  header(now: number): string {
    const { usageNoise, dailyApiRequests, appAllowance } = this.#settings
    const waver = usageNoise === 0 ? 0 : ((this.#total * 7919) % (2 * usageNoise + 1)) - usageNoise
    const usage = `api-usage=${Math.max(0, this.used(now) + waver)}/${dailyApiRequests}`
    if (appAllowance === 0) return usage
    return `${usage}; per-app-api-usage=${this.#total}/${appAllowance}(appName=playground)`
  }
}
