import { Binary, Long, ObjectId, type Timestamp } from 'bson'
import { encode, isDocument, type Document } from '../bson/value.js'
import { type LogicalClock } from '../store/logical-clock.js'
import { EncodedDocument } from '../wire/reply.js'
import { type Request } from './request.js'

const ELECTION_TERM = Long.ONE
/** What stands in for a signature where nobody has to sign in. */
const UNSIGNED = { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO }

function clusterTimeOf(time: Timestamp): EncodedDocument {
  return new EncodedDocument(encode({ clusterTime: time, signature: UNSIGNED }))
}

/** The replica set of one member that the server presents itself as. */
export class ReplicaSet {
  readonly name = 'playground'
  readonly #processId = new ObjectId()
  readonly #electionId = new ObjectId('7fffffff0000000000000001')
  readonly #clock: LogicalClock
  readonly #now: () => number
  #told: { readonly time: Timestamp; readonly clusterTime: EncodedDocument } | undefined

  constructor(
    readonly host: string,
    clock: LogicalClock,
    now: () => number,
  ) {
    this.#clock = clock
    this.#now = now
  }

  /** A new one would mean that the set has changed, which this one never does. */
  get topologyVersion(): Document {
    return { processId: this.#processId, counter: Long.ZERO }
  }

  /** Whether the client knows the set's state already, so that it asks to be told of a change. */
  isKnownTo(request: Request): boolean {
    const known = request.get('topologyVersion')
    return isDocument(known) && known.processId instanceof ObjectId && known.processId.equals(this.#processId)
  }

  /** What the handshake says of the set. */
  get greeting(): Document {
    const opTime = this.#opTime()
    const lastWriteDate = new Date(this.#clock.seconds * 1000)
    return {
      topologyVersion: this.topologyVersion,
      hosts: [this.host],
      setName: this.name,
      setVersion: 1,
      secondary: false,
      primary: this.host,
      me: this.host,
      electionId: this.#electionId,
      lastWrite: { opTime, lastWriteDate, majorityOpTime: opTime, majorityWriteDate: lastWriteDate },
    }
  }

  /** What replSetGetStatus says. */
  status(startedAt: number): Document {
    const optime = this.#opTime()
    const uptime = Math.floor((this.#now() - startedAt) / 1000)
    const health = { health: 1, state: 1, stateStr: 'PRIMARY', uptime, optime, self: true }
    return {
      set: this.name,
      date: new Date(this.#now()),
      myState: 1,
      term: ELECTION_TERM,
      majorityVoteCount: 1,
      writeMajorityCount: 1,
      votingMembersCount: 1,
      writableVotingMembersCount: 1,
      members: [{ _id: 0, name: this.host, ...health }],
    }
  }

  #opTime(): Document {
    return { ts: this.#clock.time, t: ELECTION_TERM }
  }

  /** The fields that every reply ends with. */
  times(): Document {
    const time = this.#clock.time
    const told = this.#told?.time.equals(time) ? this.#told : { time, clusterTime: clusterTimeOf(time) }
    this.#told = told
    return { $clusterTime: told.clusterTime, operationTime: time }
  }
}
