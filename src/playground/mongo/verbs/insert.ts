import { withIdFirst } from '../update/apply.js'
import { type Command } from './command.js'
import { writeBatch, writeReply } from './write-batch.js'

const ONE = { n: 1 }

const insert: Command = {
  fields: ['insert', 'documents', 'ordered', 'bypassDocumentValidation', 'stmtId', 'stmtIds'],
  run(request, server, _connection, operation) {
    const collection = server.databases.open(request.database, request.collection)
    const result = writeBatch(request, 'documents', operation, (document) => {
      collection.insert(withIdFirst(document))
      return ONE
    })
    return writeReply({ n: result.n }, result)
  },
}

/** Adding documents. */
export const insertCommands: Readonly<Record<string, Command>> = { insert }
