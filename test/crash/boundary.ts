/** Which of the two systems is on the far side. */
export type Side = 'org' | 'database'

/** One place where the product and the outside meet: a request before it is sent on, or its effect before the reply comes. */
export interface Boundary {
  side: Side
  moment: 'before' | 'after'
  /** A request as `POST /composite/sobjects`, a command as `insert salesforce_runs`; ids are `*`. */
  what: string
  /** Which of its kind it is within the command, from 1. */
  count: number
}

/** What happens there, instead of nothing. `away`: the server is not to be reached any more, until it is let in again. */
export type Act =
  { kind: 'drop' } | { kind: 'away' } | { kind: 'cut'; share: number } | { kind: 'page'; status: number }

/** Asked at each boundary, in turn; what is under way waits for the answer. */
export type Watch = (boundary: Boundary) => Promise<Act | undefined> | Act | undefined

/** `before POST /composite/sobjects #2` */
export function boundaryName({ moment, what, count }: Boundary): string {
  return `${moment} ${what} #${count}`
}

/** Numbers boundaries by their kind, and tells them to whoever watches now. */
export class Border {
  #counts = new Map<string, number>()
  #watch: Watch = () => undefined

  /** From now on another one watches, and counting begins anew. */
  watchedBy(watch: Watch): void {
    this.#counts = new Map()
    this.#watch = watch
  }

  cross(side: Side, moment: Boundary['moment'], what: string): Promise<Act | undefined> {
    const kind = `${moment} ${what}`
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    return Promise.resolve(this.#watch({ side, moment, what, count }))
  }
}
