import { withIdFirst } from '../update/apply.js'
import { type Command } from './command.js'
import { writeBatch, writeReply } from './write-batch.js'

const insert: Command = {
  fields: ['insert', 'documents', 'ordered', 'bypassDocumentValidation'],
  run(request, server) {
    const collection = server.databases.open(request.database, request.collection)
    let n = 0
    const errors = writeBatch(request, 'documents', (document) => {
      collection.insert(withIdFirst(document))
      n++
    })
    return writeReply({ n }, errors)
  },
}

/** Adding documents. */
export const insertCommands: Readonly<Record<string, Command>> = { insert }
