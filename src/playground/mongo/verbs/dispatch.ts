import { asCommandError, CommandError, notOffered } from '../command-error.js'
import { isDocument, type Document } from '../bson/value.js'
import { aggregateCommands } from './aggregate.js'
import { type Command, type Connection, type Server } from './command.js'
import { countCommands } from './count.js'
import { deleteCommands } from './delete.js'
import { explainCommands } from './explain.js'
import { findAndModifyCommands } from './find-and-modify.js'
import { findCommands } from './find.js'
import { indexCommands } from './indexes.js'
import { insertCommands } from './insert.js'
import { namespaceCommands } from './namespaces.js'
import { type Request } from './request.js'
import { serverCommands } from './server-state.js'
import { updateCommands } from './update.js'

const COMMANDS = new Map<string, Command>(
  Object.entries({
    ...serverCommands,
    ...findCommands,
    ...countCommands,
    ...insertCommands,
    ...updateCommands,
    ...deleteCommands,
    ...findAndModifyCommands,
    ...aggregateCommands,
    ...indexCommands,
    ...namespaceCommands,
    ...explainCommands,
  }),
)

/** Fields that any command may have. */
const COMMON_FIELDS = new Set(
  (
    '$db lsid $clusterTime $readPreference readConcern writeConcern maxTimeMS comment apiVersion apiStrict ' +
    'apiDeprecationErrors txnNumber autocommit startTransaction $audit $client $query'
  ).split(' '),
)

/** Commands that MongoDB 7 has and that are refused by name, as opposed to those that nobody knows. */
const LACKING = new Set(
  (
    'renameCollection collMod validate mapReduce bulkWrite compact currentOp killOp setParameter getLog hostInfo ' +
    'getCmdLineOpts listCommands startSession refreshSessions killSessions killAllSessions usersInfo createUser ' +
    'dropUser whatsmyuri top profile fsync convertToCapped setFeatureCompatibilityVersion'
  ).split(' '),
)

/**
 * Runs a command; what goes wrong is the reply too. The reply is to be sent once the promise is kept, if it is one: what
 * the command has changed is then as durable as the log's sinks make it.
 */
export function runCommand(request: Request, server: Server, connection: Connection): Document | Promise<Document> {
  const reply = replyTo(request, server, connection)
  const durable = server.databases.log.commit()
  return durable ? durable.then(() => reply) : reply
}

function replyTo(request: Request, server: Server, connection: Connection): Document {
  try {
    const command = commandOf(request)
    checkFields(request, command)
    checkConcerns(request)
    return command.run(request, server, connection)
  } catch (thrown) {
    return asCommandError(thrown).reply()
  }
}

function commandOf({ name }: Request): Command {
  const command = COMMANDS.get(name)
  if (command) return command
  if (name === 'commitTransaction' || name === 'abortTransaction') throw noTransactions()
  if (LACKING.has(name)) throw notOffered(`the command ${name}`)
  throw new CommandError(59, `no such command: '${name}'`)
}

function noTransactions(): CommandError {
  return new CommandError(20, 'Transaction numbers are only allowed on a replica set member or mongos')
}

function checkFields(request: Request, command: Command): void {
  if (request.has('txnNumber')) throw noTransactions()
  for (const name of request.names) {
    if (COMMON_FIELDS.has(name) || !command.fields || command.fields.includes(name)) continue
    throw new CommandError(40415, `BSON field '${request.name}.${name}' is an unknown field.`)
  }
}

/** What a standalone server refuses: writes to several members, and reads that only a replica set can give. */
function checkConcerns(request: Request): void {
  const writeConcern = request.get('writeConcern')
  const w = isDocument(writeConcern) ? writeConcern.w : undefined
  if (typeof w === 'number' && w > 1) throw new CommandError(2, "cannot use 'w' > 1 when a host is not replicated")
  if (typeof w === 'string' && w !== 'majority') {
    throw new CommandError(2, `cannot use non-majority 'w' mode ${w} when a host is not a member of a replica set`)
  }
  const readConcern = request.get('readConcern')
  const level = isDocument(readConcern) ? readConcern.level : undefined
  if (level === 'snapshot') {
    throw new CommandError(123, 'node needs to be a replica set member to use readConcern: snapshot')
  }
  if (level === 'linearizable') {
    throw new CommandError(123, 'cannot satisfy linearizable read concern on non-replica node')
  }
}
