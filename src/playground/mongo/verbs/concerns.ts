import { codeName, CommandError, notOffered } from '../command-error.js'
import { typeNameOf } from '../bson/type-names.js'
import { isDocument, type Document } from '../bson/value.js'
import { type Request } from './request.js'

/*
 * Concerns ask how far a write has to have spread before it is answered or read. Here a write is where it can get to
 * before it is answered: on the one member, in its journal if it keeps one. So j and wtimeout, the clocks of causal
 * consistency, and all read concerns but a snapshot ask for nothing more.
 */

const LEVELS = ['local', 'available', 'majority', 'linearizable', 'snapshot']
const READ_CONCERN_FIELDS = ['level', 'afterClusterTime', 'atClusterTime', 'provenance']
const WRITE_CONCERN_FIELDS = ['w', 'j', 'wtimeout', 'fsync', 'provenance']
const READS = new Set(['find', 'getMore', 'count', 'distinct', 'aggregate'])
const WRITES = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify'])

/** The most members that a replica set may have. */
const MOST_MEMBERS = 50

/** Throws for concerns that MongoDB would not take of a command, or that are not offered. */
export function checkConcerns(request: Request): void {
  if (request.has('readConcern')) checkReadConcern(request, request.get('readConcern'))
  if (request.has('writeConcern')) checkWriteConcern(request, request.get('writeConcern'))
}

function checkReadConcern(request: Request, concern: unknown): void {
  if (!isDocument(concern)) throw new CommandError(9, 'readConcern field should be an object')
  const unknown = Object.keys(concern).find((name) => !READ_CONCERN_FIELDS.includes(name))
  if (unknown !== undefined) throw new CommandError(72, `Unrecognized option in readConcern: ${unknown}`)
  const { level = 'local' } = concern
  if (typeof level !== 'string' || !LEVELS.includes(level)) {
    throw new CommandError(9, `readConcern.level must be one of '${LEVELS.join("', '")}'`)
  }
  if (request.has('autocommit')) return
  if (WRITES.has(request.name) && level !== 'local') {
    throw new CommandError(72, `Command ${request.name} does not support { readConcern: { level: "${level}" } }`)
  }
  if (level === 'snapshot') throw notOffered("the read concern 'snapshot' outside of a transaction")
}

function checkWriteConcern(request: Request, concern: unknown): void {
  if (!isDocument(concern)) {
    throw new CommandError(
      14,
      `BSON field 'writeConcern' is the wrong type '${typeNameOf(concern)}', expected type 'object'`,
    )
  }
  const unknown = Object.keys(concern).find((name) => !WRITE_CONCERN_FIELDS.includes(name))
  if (unknown !== undefined) throw new CommandError(40415, `BSON field 'writeConcern.${unknown}' is an unknown field.`)
  if (typeof concern.w === 'number' && (concern.w < 0 || concern.w > MOST_MEMBERS)) {
    throw new CommandError(9, `w has to be a non-negative number and not greater than ${MOST_MEMBERS}`)
  }
  if (READS.has(request.name) && !request.has('autocommit')) {
    throw new CommandError(72, 'Command does not support writeConcern')
  }
}

/** A write is done, and the reply says so, where more was asked for than a set of one member can give. */
export function withConcern(request: Request, reply: Document): Document {
  const writeConcern = request.get('writeConcern')
  const w = isDocument(writeConcern) ? writeConcern.w : undefined
  if (typeof w === 'number' && w > 1 && w <= MOST_MEMBERS) {
    return { ...reply, writeConcernError: concernError(100, 'Not enough data-bearing nodes') }
  }
  if (typeof w === 'string' && w !== 'majority') {
    const errmsg = `No write concern mode named '${w}' found in replica set configuration`
    return { ...reply, writeConcernError: concernError(79, errmsg) }
  }
  return reply
}

function concernError(code: number, errmsg: string): Document {
  return { code, codeName: codeName(code), errmsg }
}
