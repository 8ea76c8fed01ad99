import type { MemberIndex } from '../domain/member.js'
import { sameLabel } from '../domain/member-status.js'
import type { LineOutcome } from '../domain/run-line.js'
import type { LineId } from '../mongo/run-document.js'
import { NOT_PROCESSED } from '../salesforce/failure.js'
import type { Owed, Sent } from './send-members.js'

/**
 * Lines of changes that were sent and not answered. What was read back says which of them were made all the same; one that
 * another line made later was not. Of the rest nobody knows.
 */
export class UnansweredLines {
  #lines = new Map<Owed, LineId>()

  /** What is known after another round; `members` as they were read after it. */
  clearedBy({ answers, unanswered }: Sent, members: MemberIndex): { id: LineId; outcome: LineOutcome }[] {
    const made = new Set([...answers].flatMap(([{ key }, outcome]) => (outcome.ok ? [key] : [])))
    for (const [owed, id] of unanswered) this.#lines.set(owed, id)
    return [...this.#lines].flatMap(([owed, id]) => {
      const outcome = made.has(owed.key) ? MADE_LATER : madeAlready(owed, members)
      if (!outcome) return []
      this.#lines.delete(owed)
      return [{ id, outcome }]
    })
  }
}

const MADE_LATER = { state: 'refused', code: NOT_PROCESSED } as const

/** Whether the members are as the change would have them. */
function madeAlready({ change }: Owed, members: MemberIndex): LineOutcome | undefined {
  switch (change.kind) {
    case 'insert': {
      const member = members.ofRecord(change.record.id)
      return member && { state: 'done', recordId: member.id }
    }
    case 'update': {
      const member = members.get(change.memberId)
      return member && sameLabel(member.status ?? '', change.status)
        ? { state: 'done', recordId: member.id }
        : undefined
    }
    case 'remove':
      return members.get(change.memberId) ? undefined : { state: 'done', recordId: change.memberId }
  }
}
