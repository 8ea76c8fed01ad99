/** Returned by an operator that leaves a value as it is. */
export const UNCHANGED = Symbol('unchanged')
/** Returned by an operator that takes a value away. */
export const REMOVED = Symbol('removed')

/** Where an operator is at work: for messages, and for the time. */
export interface At {
  readonly path: string
  /** The document's `_id`. */
  readonly id: unknown
  /** The server's time in milliseconds. */
  readonly now: number
}

/** An update operator, for one place. */
export interface UpdateOperator {
  /** Whether it makes the place when it is missing; otherwise it is not asked where there is no value. */
  readonly creates: boolean
  /** Throws for an operand that is wrong whatever the document is. */
  check?(operand: unknown, path: string): void
  /** The new value for the present one (undefined: there is none), or UNCHANGED, or REMOVED. */
  apply(current: unknown, operand: unknown, at: At): unknown
}
