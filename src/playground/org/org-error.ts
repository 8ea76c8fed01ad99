import { type DuplicateFinding, duplicateResult } from './duplicate-result.js'

/** One reason why a record was not saved. The HTTP status is the one a single-record call answers with. */
export interface SaveError {
  readonly code: string
  readonly message: string
  readonly fields: readonly string[]
  readonly status: number
  /** What a duplicate rule found; only the answer to a single create tells it (rest.md §11). */
  readonly duplicates?: DuplicateFinding
}

/** Makes a reason; 400 unless the reference says otherwise (errors.md §2). */
export function saveError(code: string, message: string, fields: readonly string[] = [], status = 400): SaveError {
  return { code, message, fields, status }
}

/**
 * A refusal thrown inside a handler and turned into the REST array at the edge (errors.md §1, first shape).
 * `fields` is left out of the answer when it is undefined.
 */
export class OrgError extends Error {
  override readonly name = 'OrgError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields?: readonly string[],
  ) {
    super(message)
  }

  /** The same refusal, thrown because of a record. */
  static of(error: SaveError): OrgError {
    return new OrgError(error.status, error.code, error.message, error.fields)
  }
}

/** REST single, query, describe and bulk control: an array (errors.md §1). */
export function restShape(error: OrgError): object[] {
  const { message, code, fields } = error
  return [{ message, errorCode: code, ...(fields === undefined ? {} : { fields }) }]
}

/** Several problems of one record: one array with several elements (errors.md §1). */
export function restShapeOf(errors: readonly SaveError[], version: string): object[] {
  return errors.map(({ message, code, fields, duplicates }) =>
    duplicates === undefined
      ? { message, errorCode: code, fields }
      : { duplicateResut: duplicateResult(duplicates, message, version), errorCode: code, message },
  )
}

/** An item of a collections answer says `statusCode`, not `errorCode` (rest.md §7). */
export function itemShapeOf(errors: readonly SaveError[]): object[] {
  return errors.map(({ code, message, fields }) => ({ statusCode: code, message, fields }))
}

/** A refusal of the token endpoint: an object, 400 unless stated (auth.md §1). */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'

  constructor(
    readonly error: string,
    readonly description: string,
    readonly status = 400,
  ) {
    super(`${error}: ${description}`)
  }
}

/** The page of the servlet container in front of the org, for requests that are too long (rest.md §4). */
export function badMessagePage(status: number, reason: string): string {
  return `<h1>Bad Message ${status}</h1><pre>reason: ${reason}</pre>`
}

/** The page shown while the instance is down (limits.md §7). */
export const MAINTENANCE_PAGE =
  '<html><head><title>Maintenance</title></head><body><table><tr><td>' +
  '<span style="font-weight: bold">We are down for maintenance.</span></td></tr>' +
  '<tr><td>Sorry for the inconvenience. We&#39;ll be back shortly.</td></tr></table></body></html>'

/** What the platform has and the playground lacks answers by name and never pretends. */
export function notImplemented(what: string): OrgError {
  return new OrgError(501, 'NOT_IMPLEMENTED', `playground: not implemented: ${what}`)
}

/** An unknown or deleted thing behind a URL (rest.md §5). */
export function notFound(message = 'The requested resource does not exist'): OrgError {
  return new OrgError(404, 'NOT_FOUND', message)
}
