import type { FailureCause } from './failure-causes.js'
import type { QueueEntry } from './queue.js'
import { remedyOf } from './remedies.js'

/** People of the queue on whom was given up, by cause, those of most people first; others are not looked at. */
export function queueCauses(entries: readonly QueueEntry[]): FailureCause[] {
  const causes = new Map<string, FailureCause>()
  for (const { participantId, state, reason = 'UNKNOWN_FATE', requestedAt, notBefore } of entries) {
    if (state !== 'dead') continue
    const cause = causes.get(reason) ?? begun(reason, notBefore)
    causes.set(reason, cause)
    cause.people.push(participantId)
    if (requestedAt < cause.firstSeen) cause.firstSeen = requestedAt
    if (notBefore > cause.lastSeen) cause.lastSeen = notBefore
  }
  return [...causes.values()].sort((one, other) => other.people.length - one.people.length)
}

function begun(code: string, at: Date): FailureCause {
  const { what, first } = remedyOf(code)
  const remedy = { what, ...(first === undefined ? {} : { first }), command: `mh-sf queue retry --cause ${code}` }
  return { code, object: 'the queue', changes: 0, people: [], firstSeen: at, lastSeen: at, ...remedy }
}
