import type { EdgeStatus } from './edge-page.js'

/** What happens to a request instead of, or beside, its answer. `applied`: the work is done first and its answer withheld. */
export type FaultEffect =
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly json?: unknown
      readonly text?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly applied?: boolean
    }
  /** An error of the platform by its code, in the shape of the path it hits (errors.md §1); status and text are its own. */
  | {
      readonly kind: 'error'
      readonly code: string
      readonly message?: string
      readonly status?: number
      readonly applied?: boolean
    }
  /** The HTML page of a machine in front of the org (errors.md §1). */
  | {
      readonly kind: 'edge'
      readonly status: EdgeStatus
      /** Seconds. */
      readonly retryAfter?: number
      readonly applied?: boolean
    }
  /** The socket is closed without an answer. */
  | { readonly kind: 'drop'; readonly applied?: boolean }
  /** The answer comes this many milliseconds of real time late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** No answer ever; the socket stays open. */
  | { readonly kind: 'stall'; readonly applied?: boolean }
  /** The answer's head is whole and its body ends after `bytes`; then the socket closes, or stays open and silent. */
  | { readonly kind: 'cut'; readonly bytes: number; readonly thenStall?: boolean }
  /** 503 with the HTML page of a maintenance window (limits.md §7). */
  | { readonly kind: 'maintenance' }
  /** All sessions end just before the request is looked at. */
  | { readonly kind: 'expire' }
  /** All refresh tokens are revoked just before the request is looked at, and all sessions end (auth.md §4). */
  | { readonly kind: 'revoke' }
  /** A share (0 to 1) of the records that the request writes fails with UNABLE_TO_LOCK_ROW (bulk2.md §5). */
  | { readonly kind: 'lock'; readonly share: number }
  /** The org has moved: the path on another host (limits.md §7). @default status 302 */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }

/** A scripted fault. It is plain data, so that it can be armed over a wire too. */
export interface Fault {
  /** Any method when left out. */
  readonly method?: string
  /** The path without the query; `*` stands for any text. `*` alone is every request. */
  readonly path: string
  /** How many matching requests pass unharmed first. @default 0 */
  readonly skip?: number
  /** How many are hit then. @default 1 */
  readonly times?: number
  readonly effect: FaultEffect
}

/** A fault that waits. */
export interface ArmedFault {
  /** Counted from 1; never given twice. */
  readonly id: number
  readonly fault: Fault
  /** How many requests are still to pass. */
  readonly skip: number
  /** How many are still to be hit. */
  readonly times: number
}

interface Armed {
  readonly id: number
  readonly fault: Fault
  readonly pattern: RegExp
  skip: number
  times: number
}

/** The faults waiting to happen, in the order in which they were armed; the first that matches is taken. */
export class Faults {
  #armed: Armed[] = []
  #last = 0

  /** Returns the fault's number. */
  arm(fault: Fault): number {
    const source = fault.path.split('*').map(escapePattern).join('.*')
    const id = ++this.#last
    this.#armed.push({
      id,
      fault,
      pattern: new RegExp(`^${source}$`, 's'),
      skip: fault.skip ?? 0,
      times: fault.times ?? 1,
    })
    return id
  }

  /** How many are still to happen: a test sees by it that a request has arrived. */
  get waiting(): number {
    return this.#armed.reduce((sum, { times }) => sum + times, 0)
  }

  list(): ArmedFault[] {
    return this.#armed.map(({ id, fault, skip, times }) => ({ id, fault, skip, times }))
  }

  /** Forgets one; false when it does not wait. */
  disarm(id: number): boolean {
    const before = this.#armed.length
    this.#armed = this.#armed.filter((armed) => armed.id !== id)
    return this.#armed.length < before
  }

  disarmAll(): void {
    this.#armed = []
  }

  /** The effect that hits this request, if any; it is used up by being taken. */
  take(method: string, path: string): FaultEffect | undefined {
    for (const armed of this.#armed) {
      const { fault, pattern } = armed
      if ((fault.method ?? method) !== method || !pattern.test(path)) continue
      if (armed.skip > 0) {
        armed.skip--
        continue
      }
      armed.times--
      if (armed.times <= 0) this.#armed = this.#armed.filter((other) => other !== armed)
      return fault.effect
    }
    return undefined
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
