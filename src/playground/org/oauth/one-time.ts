import { type KeptPart, smallPart } from '../kept-part.js'

const KEPT_MS = 24 * 60 * 60 * 1000

/** Values that can be taken once each, by a key that only the one who was given it knows. Forgotten after a day. */
export class OneTime<T> {
  readonly #values = new Map<string, { readonly value: T; readonly at: number }>()
  readonly #makeKey: () => string
  #changes = 0

  constructor(makeKey: () => string) {
    this.#makeKey = makeKey
  }

  /** Keeps a value; `now` in epoch milliseconds. Returns its key. */
  put(value: T, now: number): string {
    for (const [key, { at }] of this.#values) {
      if (at > now - KEPT_MS) break
      this.#values.delete(key)
    }
    const key = this.#makeKey()
    this.#values.set(key, { value, at: now })
    this.#changes++
    return key
  }

  /** The value and when it was put, the first time that its key comes. */
  take(key: string): { readonly value: T; readonly at: number } | undefined {
    const found = this.#values.get(key)
    if (this.#values.delete(key)) this.#changes++
    return found
  }

  /** For a restart. */
  kept(name: string): KeptPart {
    return smallPart({
      name,
      version: () => this.#changes,
      read: () => [...this.#values],
      write: (values) => {
        this.#values.clear()
        for (const [key, value] of values) this.#values.set(key, value)
      },
    })
  }
}
