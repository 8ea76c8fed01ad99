import { CommandError, notOffered } from '../command-error.js'
import { encode, isDocument, type Document } from '../bson/value.js'
import { planOf } from '../query/search.js'
import { type Command, type Server } from './command.js'
import { searchOf } from './find.js'
import { Request } from './request.js'

/** The plan of a find in MongoDB's words: which index, and what is done with what it finds. */
function winningPlan(inner: Request, server: Server): Document {
  const collection = server.databases.find(inner.database, inner.collection)
  const wanted = searchOf(inner, server)
  if (!collection) return { stage: 'EOF' }
  const { stage, index, sorted } = planOf(collection, wanted)
  const scan: Document = index
    ? { stage, indexName: index.name, keyPattern: index.key, direction: 'forward' }
    : { stage, direction: 'forward' }
  const fetched = stage === 'IXSCAN' ? { stage: 'FETCH', filter: wanted.query, inputStage: scan } : scan
  if (sorted) return fetched
  return { stage: 'SORT', sortPattern: inner.document('sort') ?? {}, inputStage: fetched }
}

const explain: Command = {
  fields: ['explain', 'verbosity'],
  run(request, server) {
    const command = request.document('explain')
    if (!isDocument(command)) throw new CommandError(14, "BSON field 'explain' must be an object")
    const [name = ''] = Object.keys(command)
    if (name !== 'find') throw notOffered(`the explanation of ${name}`)
    const body = encode({ ...command, $db: request.database })
    const inner = new Request({ body, sequences: new Map() })
    return {
      queryPlanner: { namespace: inner.namespace, winningPlan: winningPlan(inner, server), rejectedPlans: [] },
      serverInfo: { version: '7.0.0' },
      ok: 1,
    }
  },
}

/** Explanations. */
export const explainCommands: Readonly<Record<string, Command>> = { explain }
