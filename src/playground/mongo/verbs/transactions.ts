import { CommandError } from '../command-error.js'
import { noSuchTransaction, type Operation } from '../sessions/operation.js'
import { type Transaction } from '../transactions/transaction.js'
import { type Command } from './command.js'
import { type Request } from './request.js'

/** The transaction that a command ends. Throws when there is none, or it ended the other way. */
function endedBy(request: Request, { transaction }: Operation): Transaction {
  if (request.database !== 'admin') {
    throw new CommandError(13, `${request.name} may only be run against the admin database.`)
  }
  if (transaction && transaction.state !== 'aborted') return transaction
  throw noSuchTransaction(Number(request.get('txnNumber')))
}

/** Committing once more what is committed is fine: the client may not have got the answer. */
const commitTransaction: Command = {
  endsTransaction: true,
  fields: ['commitTransaction', 'recoveryToken', 'maxTimeMS'],
  run(request, server, _connection, operation) {
    const transaction = endedBy(request, operation)
    const { session } = operation
    const durable =
      transaction.state === 'committed'
        ? server.databases.log.commit(session)
        : server.transactions.commit(transaction, session)
    return durable ? durable.then(() => ({ ok: 1 })) : { ok: 1 }
  },
}

const abortTransaction: Command = {
  endsTransaction: true,
  fields: ['abortTransaction', 'recoveryToken'],
  run(request, server, _connection, operation) {
    const transaction = endedBy(request, operation)
    if (transaction.state === 'committed') {
      throw new CommandError(256, 'Cannot call abortTransaction after successfully calling commitTransaction')
    }
    server.transactions.abort(transaction)
    return { ok: 1 }
  },
}

/** Ending transactions. */
export const transactionCommands: Readonly<Record<string, Command>> = { commitTransaction, abortTransaction }
