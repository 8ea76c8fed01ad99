/** How a clock runs, beside the one it is derived from. */
export interface ClockState {
  /** Epoch milliseconds. */
  readonly now: number
  /** How far it is ahead of the clock it is derived from, in milliseconds; that goes on by itself while this one is frozen. */
  readonly ahead: number
  readonly frozen: boolean
}

/** A clock that can be moved and stopped while others read it. */
export class MovableClock {
  readonly #base: () => number
  #ahead = 0
  #frozenAt: number | undefined

  /** `base` is the clock that it runs by, epoch milliseconds. */
  constructor(base: () => number = Date.now) {
    this.#base = base
  }

  /** Epoch milliseconds. Bound, so that it can be handed on. */
  readonly now = (): number => this.#frozenAt ?? this.#base() + this.#ahead

  /** The clock it is derived from, which nobody moves: the one that clients have too. */
  readonly unmoved = (): number => this.#base()

  get state(): ClockState {
    const base = this.#base()
    const now = this.#frozenAt ?? base + this.#ahead
    return { now, ahead: now - base, frozen: this.#frozenAt !== undefined }
  }

  /** Moves it to a time, epoch milliseconds; it stays frozen, or goes on from there. */
  set(time: number): void {
    this.#ahead = time - this.#base()
    if (this.#frozenAt !== undefined) this.#frozenAt = time
  }

  /** Moves it by so many milliseconds, whatever time passes meanwhile. */
  advance(by: number): void {
    this.#ahead += by
    if (this.#frozenAt !== undefined) this.#frozenAt += by
  }

  freeze(): void {
    this.#frozenAt = this.now()
  }

  /** Goes on from where it stands. */
  thaw(): void {
    if (this.#frozenAt === undefined) return
    this.#ahead = this.#frozenAt - this.#base()
    this.#frozenAt = undefined
  }

  /** As `state` told of it, at another time: as far ahead as it was, or where it was frozen. */
  restore({ now, ahead, frozen }: ClockState): void {
    this.#frozenAt = frozen ? now : undefined
    this.#ahead = ahead
  }

  /** Again the clock that it is derived from. */
  reset(): void {
    this.#frozenAt = undefined
    this.#ahead = 0
  }
}
