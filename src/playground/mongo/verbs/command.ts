import { type ChangeStreams } from '../change-streams/change-streams.js'
import { type History } from '../change-streams/history.js'
import { type Cursors } from '../cursors.js'
import { type FailPoints } from '../fail-points.js'
import { type Document } from '../bson/value.js'
import { type Operation } from '../sessions/operation.js'
import { type Sessions } from '../sessions/sessions.js'
import { type Databases } from '../store/databases.js'
import { type Transactions } from '../transactions/transactions.js'
import { type ReplicaSet } from './replica-set.js'
import { type Request } from './request.js'

/** What the commands work on. */
export interface Server {
  readonly databases: Databases
  readonly cursors: Cursors
  readonly transactions: Transactions
  readonly sessions: Sessions
  readonly replicaSet: ReplicaSet
  readonly history: History
  readonly changeStreams: ChangeStreams
  readonly failPoints: FailPoints
  /** How often each command came, by its name. */
  readonly counts: Record<string, number>
  readonly startedAt: number
  /** The server's clock, in milliseconds. */
  now(): number
}

/** The connection that a command came over. */
export interface Connection {
  readonly id: number
  /** The application's name, from the client's handshake. */
  appName: string | undefined
  /** False once the client is gone. */
  readonly isOpen: boolean
}

/** A command: what fields it takes besides those that every command takes (absent: any), and what it does. */
export interface Command {
  readonly fields?: readonly string[]
  /** True for the commands that commit and abort. */
  readonly endsTransaction?: boolean
  run(request: Request, server: Server, connection: Connection, operation: Operation): Document | Promise<Document>
}
