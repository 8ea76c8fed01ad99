import { createHash } from 'node:crypto'
import type { Call, Reply } from '../api.js'
import { OrgError } from '../org-error.js'
import type { ObjectDef } from '../schema.js'
import type { Row } from '../store.js'

/** The validators of a record: an ETag only on accounts (rest.md §11), the time of its last change on all. */
export function validatorsOf(def: ObjectDef, row: Row): Record<string, string> {
  const changed = { 'Last-Modified': new Date(changedAt(row)).toUTCString() }
  return def.name === 'Account' ? { ...changed, ETag: etagOf(row) } : changed
}

/**
 * What a conditional header asks for instead of the record: 304 for a reader who has it already, else undefined.
 * Throws OrgError 412 when the record is not what the caller believes it to be, and 400 for a header that cannot be
 * read on a request that writes (rest.md §11).
 */
export function unlessChanged(call: Call, def: ObjectDef, row: Row): Reply | undefined {
  const reads = call.method === 'GET' || call.method === 'HEAD'
  checkUnmodified(call, row, reads)
  const known = def.name === 'Account' ? tagMatches(call, 'if-none-match', row, reads) : undefined
  const wanted = def.name === 'Account' ? tagMatches(call, 'if-match', row, reads) : undefined
  if (wanted === false || (known === true && !reads)) throw preconditionFailed()
  if (!reads) return undefined
  return known === true || isNotNewer(call, changedAt(row))
    ? { status: 304, headers: validatorsOf(def, row) }
    : undefined
}

/** Whether `If-Modified-Since` is no older than the last change, epoch milliseconds. An unreadable date is no condition. */
export function isNotNewer(call: Call, changed: number): boolean {
  const since = Date.parse(call.headers['if-modified-since'] ?? '')
  return !Number.isNaN(since) && changed <= since
}

function checkUnmodified({ headers }: Call, row: Row, reads: boolean): void {
  const header = headers['if-unmodified-since']
  if (header === undefined) return
  const since = Date.parse(header)
  if (Number.isNaN(since) && !reads) throw badHeader('If-Unmodified-Since', header)
  if (changedAt(row) > since) throw preconditionFailed()
}

/** Whether one of a header's tags is the record's; undefined without the header. */
function tagMatches(call: Call, name: 'if-match' | 'if-none-match', row: Row, reads: boolean): boolean | undefined {
  const header = call.headers[name]
  if (header === undefined) return undefined
  const tags = header.match(/"[^"]*"|\*/g)
  if (tags === null && !reads) throw badHeader(name, header)
  return (tags ?? []).some((tag) => tag === '*' || tag.replace('-gzip"', '"') === etagOf(row))
}

function changedAt(row: Row): number {
  const at = row['LastModifiedDate']
  return typeof at === 'number' ? at : row.SystemModstamp
}

/** A hash of the content. */
function etagOf(row: Row): string {
  return `"${createHash('sha1').update(JSON.stringify(row)).digest('base64')}"`
}

/** The reference names the status and no code. */
function preconditionFailed(): OrgError {
  return new OrgError(412, 'PRECONDITION_FAILED', 'A precondition of the request headers is not met')
}

function badHeader(name: string, value: string): OrgError {
  return new OrgError(400, 'INVALID_INPUT', `invalid value of header ${name}: ${value}`)
}
