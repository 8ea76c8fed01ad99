import type { Drained } from '../domain/drained.js'
import type { QueueStats } from '../domain/queue.js'
import type { MhError } from '../errors.js'
import type { WorkerEvent } from './worker.js'

/** What a worker did until it ended. */
export interface Worked {
  drained: Drained
  swept: number
  /** The runs that its changes were written down in. */
  runs: readonly string[]
  /** The queue as it was left. */
  left: QueueStats
  /** Why somebody who is due was not served. */
  stopped?: MhError
  exitCode: number
}

/** What is told while it goes on. */
export type WorkerNews =
  | WorkerEvent
  | { kind: 'started'; worker: string }
  | { kind: 'listening'; url: string }
  | { kind: 'stopping'; code: string }
