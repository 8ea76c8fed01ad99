import { setTimeout as wait } from 'node:timers/promises'
import { type Document, isDocument } from '../bson/value.js'
import { CommandError } from '../command-error.js'
import { parseFailPoint } from '../fail-points.js'
import { SESSION_MINUTES } from '../sessions/sessions.js'
import { LIFETIME_MS } from '../transactions/transactions.js'
import { MAX_DOCUMENT_SIZE } from '../store/collection.js'
import { MAX_MESSAGE_SIZE } from '../wire/frames.js'
import { type Command, type Server } from './command.js'
import { type Request } from './request.js'
import { MAX_WRITE_BATCH } from './write-batch.js'

/** The MongoDB that this server presents itself as. */
const VERSION = '7.0.0'
const MAX_WIRE_VERSION = 21

/**
 * The handshake of a replica set's only member, without compression. Drivers say ever new things in it; what is not known
 * is not minded. A client that knows the set's state already is answered when it has waited: nothing ever changes.
 */
const hello: Command = {
  run(request, server, connection) {
    const client = request.document('client')
    if (isDocument(client?.application)) connection.appName = String(client.application.name)
    const role = request.name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }
    const greet = (): Document => ({
      helloOk: true,
      ...role,
      ...server.replicaSet.greeting,
      maxBsonObjectSize: MAX_DOCUMENT_SIZE,
      maxMessageSizeBytes: MAX_MESSAGE_SIZE,
      maxWriteBatchSize: MAX_WRITE_BATCH,
      localTime: new Date(server.now()),
      logicalSessionTimeoutMinutes: SESSION_MINUTES,
      connectionId: connection.id,
      minWireVersion: 0,
      maxWireVersion: MAX_WIRE_VERSION,
      readOnly: false,
      ok: 1,
    })
    if (!asksToWait(request, server)) return greet()
    return wait(request.count('maxAwaitTimeMS'), undefined, { ref: false }).then(greet)
  },
}

/** Whether a handshake is one to be answered when the set's state changes, or else after a time. */
export function asksToWait(request: Request, { replicaSet }: Server): boolean {
  return request.count('maxAwaitTimeMS') !== undefined && replicaSet.isKnownTo(request)
}

const buildInfo: Command = {
  fields: ['buildInfo', 'buildinfo'],
  run: () => ({
    version: VERSION,
    versionArray: [7, 0, 0, 0],
    gitVersion: 'mh-sf playground',
    modules: [],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_SIZE,
    ok: 1,
  }),
}

/** Any section may be asked for or left out by its name; all are told. */
const serverStatus: Command = {
  run(_request, server) {
    const uptimeMillis = server.now() - server.startedAt
    const { getMore: getmore = 0, insert = 0, update = 0, delete: remove = 0, find = 0, ...others } = server.counts
    const command = Object.values(others).reduce((sum, count) => sum + count, 0)
    return {
      host: server.replicaSet.greeting.me,
      version: VERSION,
      process: 'mh-sf playground',
      pid: process.pid,
      uptime: uptimeMillis / 1000,
      uptimeMillis,
      localTime: new Date(server.now()),
      opcounters: { insert, query: find, update, delete: remove, getmore, command },
      metrics: { cursor: { open: { total: server.cursors.size } } },
      repl: server.replicaSet.greeting,
      ok: 1,
    }
  },
}

const FIXED_PARAMETERS: Document = {
  featureCompatibilityVersion: { version: '7.0' },
  enableTestCommands: true,
  authenticationMechanisms: [],
  transactionLifetimeLimitSeconds: LIFETIME_MS / 1000,
  localLogicalSessionTimeoutMinutes: SESSION_MINUTES,
}

/** The names of parameters are fields of the command. */
const getParameter: Command = {
  run(request) {
    const all = request.get('getParameter') === '*'
    const found = Object.entries(FIXED_PARAMETERS).filter(([name]) => all || request.has(name))
    if (found.length === 0) throw new CommandError(72, 'no option found to get')
    return { ...Object.fromEntries(found), ok: 1 }
  },
}

const connectionStatus: Command = {
  fields: ['connectionStatus', 'showPrivileges'],
  run: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
}

const configureFailPoint: Command = {
  fields: ['configureFailPoint', 'mode', 'data'],
  run(request, server) {
    if (request.database !== 'admin') {
      throw new CommandError(13, 'configureFailPoint may only be run against the admin database.')
    }
    const { hits } = server.failPoints
    const given = Object.fromEntries(['configureFailPoint', 'mode', 'data'].map((name) => [name, request.get(name)]))
    server.failPoints.arm(parseFailPoint(given))
    return { count: hits, ok: 1 }
  },
}

const replSetGetStatus: Command = {
  fields: ['replSetGetStatus', 'initialSync'],
  run: (_request, server) => ({ ...server.replicaSet.status(server.startedAt), ok: 1 }),
}

const ping: Command = { fields: ['ping'], run: () => ({ ok: 1 }) }

const authenticate: Command = {
  fields: ['saslStart', 'saslContinue', 'authenticate', 'mechanism', 'payload', 'options', 'conversationId'],
  run() {
    throw new CommandError(18, 'Authentication failed: this server has no users; connect without credentials')
  },
}

/** The handshake, and what the server says of itself. */
export const serverCommands: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  getParameter,
  connectionStatus,
  configureFailPoint,
  replSetGetStatus,
  saslStart: authenticate,
  saslContinue: authenticate,
}
