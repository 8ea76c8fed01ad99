import { untilAborted } from '../until-aborted.js'

/** Work that several wait for: it goes on as long as one of them does, and is aborted with the reason of the last who left. */
export class JointWork<T> {
  readonly #leave = new AbortController()
  readonly #work: Promise<T>
  #waiting = 0

  constructor(work: (abandoned: AbortSignal) => Promise<T>) {
    this.#work = work(this.#leave.signal)
    // Whoever waits is told; nobody may.
    this.#work.catch(() => undefined)
  }

  /** True once everybody has left: who comes now has to begin anew. */
  get isAbandoned(): boolean {
    return this.#leave.signal.aborted
  }

  /** Settles as the work does, or with the signal's reason. */
  async join(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting += 1
    try {
      return await untilAborted(this.#work, signal)
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#leave.abort(signal?.reason)
    }
  }
}
