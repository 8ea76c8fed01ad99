import { setTimeout as wait } from 'node:timers/promises'
import { asCommandError, CommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { operationOf, type Operation } from '../sessions/operation.js'
import { type Answered } from '../store/change-log.js'
import { type Transaction } from '../transactions/transaction.js'
import { WriteConflict } from '../transactions/write-conflict.js'
import { type Command, type Connection, type Server } from './command.js'
import { errorReply } from './error-labels.js'
import { type Request } from './request.js'

/** A command that is about to run, and over which connection it came. */
export interface Call {
  readonly command: Command
  readonly request: Request
  readonly server: Server
  readonly connection: Connection
}

type Reply = Document | Promise<Document>

/**
 * Runs a command as part of its transaction or outside of any. The reply is to be sent once the promise is kept, if it
 * is one: what the command has changed is then as durable as the log's sinks make it. Throws what makes no part of a
 * transaction fail, such as a number that is too old.
 */
export function runCall(call: Call): Reply {
  const { request, server } = call
  server.transactions.expire()
  server.sessions.expire()
  const operation = operationOf(request, server.sessions)
  const { transaction } = operation
  if (!transaction || call.command.endsTransaction) return runOutside(call, operation)
  return runInside(call, operation, transaction)
}

function runInside(call: Call, operation: Operation, transaction: Transaction): Reply {
  const { command, request, server, connection } = call
  const { transactions } = server
  try {
    const namespace = namespaceOf(request)
    if (transaction.lost.has(namespace)) throw snapshotUnavailable(namespace)
    transaction.touched.add(namespace)
    transactions.show(transaction)
    const reply = command.run(request, server, connection, operation)
    transactions.absorb(transaction)
    if ('writeErrors' in reply) transactions.abort(transaction)
    return reply
  } catch (thrown) {
    transactions.absorb(transaction)
    transactions.abort(transaction)
    return errorReply(request, asCommandError(thrown))
  }
}

/** The namespace that a command of a transaction is about. */
function namespaceOf(request: Request): string {
  const name = request.name === 'getMore' ? request.get('collection') : request.get(request.name)
  return `${request.database}.${String(name)}`
}

function snapshotUnavailable(namespace: string): CommandError {
  return new CommandError(
    246,
    `Unable to read from a snapshot due to pending collection catalog changes to collection '${namespace}'; please retry the operation.`,
  )
}

function runOutside(call: Call, operation: Operation): Reply {
  const { command, request, server, connection } = call
  server.transactions.show(undefined)
  try {
    const reply = command.run(request, server, connection, operation)
    operation.write?.settle()
    return durably(server, reply, operation.write && operation.session)
  } catch (thrown) {
    if (thrown instanceof WriteConflict && thrown.holder) return runAfter(thrown.holder, call, operation)
    return durably(server, errorReply(request, asCommandError(thrown)))
  }
}

/** An answer that is given again waits too: the change that it is about may still be on its way to the disk. */
function durably(server: Server, reply: Reply, answered?: Answered): Reply {
  const durable = server.databases.log.commit(answered)
  return durable ? durable.then(() => reply) : reply
}

/** What a transaction stands in the way of is undone, and done again from the start when the transaction has ended. */
function runAfter(holder: Transaction, call: Call, operation: Operation): Reply {
  call.server.databases.undo()
  operation.write?.undo()
  return waitFor(holder, call).then(() => runOutside(call, operation))
}

async function waitFor(holder: Transaction, { request, server, connection }: Call): Promise<void> {
  const patience = request.count('maxTimeMS') || Infinity
  const deadline = server.now() + patience
  while (holder.isOpen()) {
    const left = Math.min(holder.expiresAt, deadline) - server.now()
    await Promise.race([holder.ended, wait(Math.max(left, 1), undefined, { ref: false })])
    if (!connection.isOpen) throw new CommandError(279, 'the client has gone')
    server.transactions.expire()
    if (holder.isOpen() && server.now() >= deadline) {
      throw new CommandError(50, 'operation exceeded time limit')
    }
  }
}
