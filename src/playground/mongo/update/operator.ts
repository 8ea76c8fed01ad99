import { type Approach } from './places.js'

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
  /** The present value with its numbers in their BSON classes; undefined where there is none. */
  typed(): unknown
}

/** An update operator, for one place. */
export interface UpdateOperator {
  /** What it does where there is nothing yet. Unless it creates, it is not asked where there is no value. */
  readonly approach: Approach
  /** Throws for an operand that is wrong whatever the document is. */
  check?(operand: unknown, path: string): void
  /** The new value for the present one (undefined: there is none), or UNCHANGED, or REMOVED. */
  apply(current: unknown, operand: unknown, at: At): unknown
}
