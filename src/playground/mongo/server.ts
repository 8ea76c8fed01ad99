import { createServer, type AddressInfo, type Socket } from 'node:net'
import { encode, type Document } from './bson/value.js'
import { type Server } from './verbs/command.js'
import { ChangeStreams } from './change-streams/change-streams.js'
import { History } from './change-streams/history.js'
import { Cursors } from './cursors.js'
import { MongoJournal } from './mongo-journal.js'
import { FailPoints, type FailPoint } from './fail-points.js'
import { Databases } from './store/databases.js'
import { Sessions } from './sessions/sessions.js'
import { parseIndexSpec } from './store/index-spec.js'
import { Transactions } from './transactions/transactions.js'
import { withIdFirst } from './update/apply.js'
import { coverOf } from './verbs/indexes.js'
import { ReplicaSet } from './verbs/replica-set.js'
import { ClientConnection } from './wire/connection.js'

export type { Document } from './bson/value.js'
export { parseFailPoint, type FailPoint } from './fail-points.js'

/** A running stand-in for a MongoDB 7 that is a replica set of one member, reachable by any client of MongoDB's. */
export interface MongoStandIn {
  /** A connection string, without a database. */
  readonly uri: string
  readonly port: number
  /** How many commands of each name came in so far. */
  readonly commands: Readonly<Record<string, number>>
  /**
   * Puts documents into a collection without going over the wire, and returns how many. Throws DuplicateKey; those
   * before are in then.
   */
  load(database: string, collection: string, documents: Iterable<Document>): number
  /** Builds indexes, each as createIndexes takes it, in a collection that has none of them; not over the wire either. */
  index(database: string, collection: string, indexes: readonly Document[]): void
  /** Lets clients in, if `shut` kept them out. */
  open(): void
  /** Arms a fail point, as the command `configureFailPoint` does. */
  arm(failPoint: FailPoint): void
  /** The fail point that is armed, with what is left of it. */
  failPoint(): FailPoint | undefined
  /** Whether the journal held databases, which are there again now. */
  readonly isRestored: boolean
  /**
   * Has the journal keep the databases as they are now, and from now on every change before it is acknowledged; restored
   * ones are kept already.
   */
  keep(): Promise<void>
  /** Drops all connections and stops. The data is gone, unless there is a journal. */
  close(): Promise<void>
}

export interface MongoOptions {
  port?: number
  now?: () => number
  /** Directory in which the databases are kept, so that they are there again after a restart. @default they are not */
  journal?: string
  /** Nobody is let in before `open` is called, so that no client sees what is half loaded. @default false */
  shut?: boolean
}

/**
 * Starts a stand-in on the loopback interface. It has its port at once; who connects before all is there is cut off, as
 * if nobody listened, and tries again. `port` 0 (the default) takes a free one; `now` is the server's clock in
 * milliseconds, by which documents and cursors expire and `$$NOW` is answered.
 */
export async function startMongo(options: MongoOptions = {}): Promise<MongoStandIn> {
  const now = options.now ?? Date.now
  const sockets = new Set<Socket>()
  const listener = createServer()
  let connections = 0
  let admit: ((socket: Socket) => void) | undefined
  listener.on('connection', (socket) => {
    if (admit === undefined) socket.destroy()
    else admit(socket)
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = listener.address() as AddressInfo
  const databases = new Databases(now)
  const transactions = new Transactions(databases, now)
  const history = new History(databases.log, now)
  const sessions = new Sessions(transactions, now)
  const server: Server = {
    databases,
    transactions,
    sessions,
    history,
    changeStreams: new ChangeStreams(history),
    replicaSet: new ReplicaSet(`127.0.0.1:${port}`, databases.log.clock, now),
    cursors: new Cursors(now),
    failPoints: new FailPoints(),
    counts: Object.create(null) as Record<string, number>,
    startedAt: now(),
    now,
  }
  const journal = new MongoJournal(databases, sessions, () => {
    transactions.show(undefined)
  })
  const isRestored = options.journal !== undefined && (await journal.open(options.journal))
  const open = () => {
    admit = (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      return new ClientConnection(++connections, socket, server)
    }
  }
  if (options.shut !== true) open()
  return {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    port,
    commands: server.counts,
    load: (database, collection, documents) => loadInto(server, database, collection, documents),
    index: (database, collection, indexes) => {
      indexIn(server, database, collection, indexes)
    },
    open,
    arm: (failPoint) => {
      server.failPoints.arm(failPoint)
    },
    failPoint: () => server.failPoints.armed,
    isRestored,
    keep: () => journal.keep(),
    close: async () => {
      await new Promise<void>((resolve) => {
        listener.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      })
      await journal.close()
    },
  }
}

function loadInto(server: Server, database: string, name: string, documents: Iterable<Document>): number {
  server.transactions.show(undefined)
  const collection = server.databases.open(database, name)
  let loaded = 0
  try {
    for (const document of documents) {
      collection.insert(withIdFirst(encode(document)))
      loaded++
    }
  } finally {
    // What could not be written goes out with the next change.
    server.databases.log.commit()?.catch(() => undefined)
  }
  return loaded
}

function indexIn(server: Server, database: string, name: string, indexes: readonly Document[]): void {
  server.transactions.show(undefined)
  const collection = server.databases.open(database, name)
  for (const spec of indexes.map(parseIndexSpec)) collection.createIndex(spec, coverOf(spec))
  server.databases.log.commit()?.catch(() => undefined)
}
