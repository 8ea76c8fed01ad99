/** A place to come back to; exactly one of the two is called. */
export interface Savepoint {
  /** Undoes every change made since. */
  rollback(): void
  /** Keeps them. */
  release(): void
}

/** How to take back what was changed since savepoints that are open. */
export class UndoLog {
  #steps: (() => void)[] = []
  #savepoints = 0

  /** Whether there is a savepoint to come back to; without one nothing need be noted. */
  get isOpen(): boolean {
    return this.#savepoints > 0
  }

  /** Notes how the change just made is undone. */
  note(step: () => void): void {
    this.#steps.push(step)
  }

  /** Savepoints may be nested. `undone` is called when all since this one was taken back. */
  savepoint(undone: () => void): Savepoint {
    const start = this.#steps.length
    this.#savepoints++
    const leave = () => {
      this.#savepoints--
      if (this.#savepoints === 0) this.#steps = []
    }
    return {
      release: leave,
      rollback: () => {
        for (const step of this.#steps.splice(start).reverse()) step()
        undone()
        leave()
      },
    }
  }
}
