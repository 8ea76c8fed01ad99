import { type Document, isDocument } from '../bson/value.js'
import { CommandError } from '../command-error.js'
import { parseFailPoint } from '../fail-points.js'
import { MAX_DOCUMENT_SIZE } from '../store/collection.js'
import { MAX_MESSAGE_SIZE } from '../wire/frames.js'
import { type Command } from './command.js'
import { MAX_WRITE_BATCH } from './write-batch.js'

/** The MongoDB that this server presents itself as. */
const VERSION = '7.0.0'
const MAX_WIRE_VERSION = 21

/**
 * The handshake of a standalone server: no set name, no `topologyVersion` (so that no client asks for a stream of
 * answers), no compression. Drivers say ever new things in it; what is not known is not minded.
 */
const hello: Command = {
  run(request, server, connection) {
    const client = request.document('client')
    if (isDocument(client?.application)) connection.appName = String(client.application.name)
    const role = request.name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }
    return {
      helloOk: true,
      ...role,
      maxBsonObjectSize: MAX_DOCUMENT_SIZE,
      maxMessageSizeBytes: MAX_MESSAGE_SIZE,
      maxWriteBatchSize: MAX_WRITE_BATCH,
      localTime: new Date(server.now()),
      logicalSessionTimeoutMinutes: 30,
      connectionId: connection.id,
      minWireVersion: 0,
      maxWireVersion: MAX_WIRE_VERSION,
      readOnly: false,
      ok: 1,
    }
  },
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

const serverStatus: Command = {
  fields: ['serverStatus', 'repl', 'metrics', 'locks'],
  run: (_request, server) => ({
    host: '127.0.0.1',
    version: VERSION,
    process: 'mh-sf playground',
    uptime: (server.now() - server.startedAt) / 1000,
    localTime: new Date(server.now()),
    opcounters: { ...server.counts },
    metrics: { cursor: { open: { total: server.cursors.size } } },
    ok: 1,
  }),
}

const FIXED_PARAMETERS: Document = {
  featureCompatibilityVersion: { version: '7.0' },
  enableTestCommands: true,
  authenticationMechanisms: [],
}

const getParameter: Command = {
  fields: ['getParameter', ...Object.keys(FIXED_PARAMETERS)],
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
  run() {
    throw new CommandError(76, 'not running with --replSet')
  },
}

const ping: Command = { fields: ['ping'], run: () => ({ ok: 1 }) }
const endSessions: Command = { fields: ['endSessions'], run: () => ({ ok: 1 }) }

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
  endSessions,
  saslStart: authenticate,
  saslContinue: authenticate,
}
