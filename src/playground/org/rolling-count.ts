const DAY_MS = 24 * 60 * 60 * 1000
const SLOT_MS = 10 * 60 * 1000

/** What was used in the last 24 hours: the window rolls, so usage falls gradually (limits.md §1). Counted in slots of ten minutes. */
export class RollingCount {
  readonly #slots = new Map<number, number>()
  #total = 0
  /** How often something was added or all forgotten. */
  changes = 0

  /** So many within the window; `now` in epoch milliseconds. */
  used(now: number): number {
    const oldest = Math.floor((now - DAY_MS) / SLOT_MS)
    for (const [slot, count] of this.#slots) {
      if (slot > oldest) break
      this.#slots.delete(slot)
      this.#total -= count
    }
    return this.#total
  }

  add(now: number, count: number): void {
    const slot = Math.floor(now / SLOT_MS)
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + count)
    this.#total += count
    this.changes++
  }

  clear(): void {
    this.#slots.clear()
    this.#total = 0
    this.changes++
  }

  /** For a restart. */
  get slots(): readonly (readonly [slot: number, count: number])[] {
    return [...this.#slots]
  }

  set slots(slots: readonly (readonly [slot: number, count: number])[]) {
    this.clear()
    for (const [slot, count] of slots) this.add(slot * SLOT_MS, count)
  }
}
