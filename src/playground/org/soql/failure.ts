/** The codes a statement can be refused with (soql.md §8). */
export type SoqlCode =
  | 'MALFORMED_QUERY'
  | 'INVALID_FIELD'
  | 'INVALID_TYPE'
  | 'INVALID_QUERY_FILTER_OPERATOR'
  | 'NUMBER_OUTSIDE_VALID_RANGE'
  | 'EXCEEDED_ID_LIMIT'

/**
 * A statement refused, with the place in its text. The text itself is not known here: `locate` writes the place out once
 * the whole statement is at hand.
 */
export class SoqlFailure extends Error {
  override readonly name = 'SoqlFailure'

  /** @param offset index of the offending token in the statement; undefined where the org names no place */
  constructor(
    readonly code: SoqlCode,
    readonly detail: string,
    readonly offset?: number,
  ) {
    super(detail)
  }
}

/** A statement that does not parse. */
export const malformed = (detail: string, offset?: number): SoqlFailure =>
  new SoqlFailure('MALFORMED_QUERY', detail, offset)

/** A field or relationship that does not exist, may not be used so, or is compared with a value of another type. */
export const invalidField = (detail: string, offset?: number): SoqlFailure =>
  new SoqlFailure('INVALID_FIELD', detail, offset)

/**
 * A part of SOQL that a real org may know and this one does not (soql.md §1: refuse rather than guess).
 *
 * @param what the construct, as a person would name it
 */
export const notUnderstood = (what: string, offset?: number): SoqlFailure =>
  malformed(`${what} is not understood by this stand-in org`, offset)

const CONTEXT_CHARACTERS = 15

/**
 * The message of a failure as the org writes it: a newline, some thirty characters around the token, a caret under it,
 * `ERROR at Row:r:Column:c` (both from 1, over the text as sent) and the reason (soql.md §8).
 */
export const locate = (failure: SoqlFailure, text: string): string => {
  if (failure.offset === undefined) return failure.detail
  const offset = Math.min(failure.offset, text.length)
  const from = Math.max(0, offset - CONTEXT_CHARACTERS)
  const snippet = text.slice(from, offset + CONTEXT_CHARACTERS).replace(/[\r\n\t]/g, ' ')
  const before = text.slice(0, offset).split('\n')
  const column = (before.at(-1) ?? '').length + 1
  const caret = `${' '.repeat(offset - from)}^`
  return `\n${snippet}\n${caret}\nERROR at Row:${before.length}:Column:${column}\n${failure.detail}`
}
