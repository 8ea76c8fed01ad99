import type { Clock } from '../clock.js'

/**
 * How long a lease may be believed in, in milliseconds of two clocks: the one that only grows goes on while a process is stopped,
 * that of the wall while the machine sleeps.
 */
export class Term {
  #until: Moment

  /** `ms`: how long after the lease was asked for. */
  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
    asked: Moment,
  ) {
    this.#until = this.#after(asked)
  }

  /** False when the lease may be somebody else's by now. */
  get isHeld(): boolean {
    const { elapsed, wall } = momentOf(this.clock)
    return elapsed < this.#until.elapsed && wall < this.#until.wall
  }

  /** It was asked for again then, and given. */
  renewed(asked: Moment): void {
    this.#until = this.#after(asked)
  }

  /** It is somebody else's. */
  lost(): void {
    this.#until = { elapsed: 0, wall: 0 }
  }

  #after({ elapsed, wall }: Moment): Moment {
    return { elapsed: elapsed + this.ms, wall: wall + this.ms }
  }
}

/** Milliseconds of both clocks. */
export interface Moment {
  elapsed: number
  wall: number
}

export function momentOf(clock: Clock): Moment {
  return { elapsed: clock.elapsed(), wall: clock.now().getTime() }
}
