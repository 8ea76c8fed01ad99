import { asCommandError, CommandError, notOffered } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { aggregateCommands } from './aggregate.js'
import { type Command, type Connection, type Server } from './command.js'
import { checkConcerns, withConcern } from './concerns.js'
import { countCommands } from './count.js'
import { deleteCommands } from './delete.js'
import { explainCommands } from './explain.js'
import { findAndModifyCommands } from './find-and-modify.js'
import { findCommands } from './find.js'
import { hostCommands } from './host.js'
import { indexCommands } from './indexes.js'
import { insertCommands } from './insert.js'
import { namespaceCommands } from './namespaces.js'
import { errorReply } from './error-labels.js'
import { renameCommands } from './rename.js'
import { type Request } from './request.js'
import { runCall } from './run.js'
import { sessionCommands } from './sessions.js'
import { statisticsCommands } from './statistics.js'
import { transactionCommands } from './transactions.js'
import { serverCommands } from './server-state.js'
import { updateCommands } from './update.js'

const COMMANDS = new Map<string, Command>(
  Object.entries({
    ...serverCommands,
    ...hostCommands,
    ...findCommands,
    ...countCommands,
    ...insertCommands,
    ...updateCommands,
    ...deleteCommands,
    ...findAndModifyCommands,
    ...aggregateCommands,
    ...indexCommands,
    ...namespaceCommands,
    ...statisticsCommands,
    ...renameCommands,
    ...explainCommands,
    ...sessionCommands,
    ...transactionCommands,
  }),
)

/**
 * Fields that any command may have. A comment is only for logs and profiles, of which there are none; a read preference
 * chooses among members, of which there is one.
 */
const COMMON_FIELDS = new Set(
  (
    '$db lsid $clusterTime $readPreference readConcern writeConcern maxTimeMS comment apiVersion apiStrict ' +
    'apiDeprecationErrors txnNumber autocommit startTransaction $audit $client $query'
  ).split(' '),
)

/** Commands that MongoDB 7 has and that are refused by name, as opposed to those that nobody knows. */
const LACKING = new Set(
  (
    'collMod mapReduce bulkWrite compact currentOp killOp setParameter ' +
    'listCommands usersInfo createUser ' +
    'dropUser whatsmyuri top profile fsync convertToCapped setFeatureCompatibilityVersion'
  ).split(' '),
)

/**
 * Runs a command; what goes wrong is the reply too. A reply that is a promise is one to wait for: the command waits, or
 * what it has changed is being made durable.
 */
export function runCommand(request: Request, server: Server, connection: Connection): Document | Promise<Document> {
  const failed = (thrown: unknown): Document => errorReply(request, asCommandError(thrown))
  const finish = (reply: Document): Document => ({ ...withConcern(request, reply), ...server.replicaSet.times() })
  try {
    const command = commandOf(request)
    checkFields(request, command)
    checkConcerns(request)
    checkTimeLimit(request)
    const reply = runCall({ command, request, server, connection })
    return reply instanceof Promise ? reply.catch(failed).then(finish) : finish(reply)
  } catch (thrown) {
    return finish(failed(thrown))
  }
}

function commandOf({ name }: Request): Command {
  const command = COMMANDS.get(name)
  if (command) return command
  if (LACKING.has(name)) throw notOffered(`the command ${name}`)
  throw new CommandError(59, `no such command: '${name}'`)
}

function checkFields(request: Request, command: Command): void {
  for (const name of request.names) {
    if (COMMON_FIELDS.has(name) || !command.fields || command.fields.includes(name)) continue
    throw new CommandError(40415, `BSON field '${request.name}.${name}' is an unknown field.`)
  }
}

/**
 * Throws for what is no limit. One is kept where a command waits, for a transaction's end or for an event: what a command
 * does otherwise it does in one go.
 */
function checkTimeLimit(request: Request): void {
  const limit = request.get('maxTimeMS')
  if (limit === undefined) return
  if (typeof limit !== 'number') throw new CommandError(2, 'maxTimeMS must be a number')
  if (!Number.isInteger(limit)) throw new CommandError(2, 'maxTimeMS has non-integral value')
  if (limit < 0 || limit > MOST_TIME) throw new CommandError(2, `${limit} value for maxTimeMS is out of range`)
}

const MOST_TIME = 2 ** 31 - 1
