import type { EventDetails } from '../domain/event.js'
import type { MemberDecision } from '../domain/member.js'
import { presentValues, type LineDraft } from '../domain/run-line.js'
import type { ContractPlan } from './campaign-contract.js'
import type { OwedContact } from './send-contacts.js'

/** A change before anything is sent, told apart by what is known before: a Campaign that is still to be made by its event. */
export type OwedChange = Pick<LineDraft, 'object' | 'action' | 'key' | 'before' | 'after'>

/** What is owed to a Campaign and its statuses. */
export function contractChanges({ event, campaign, create, changes, statuses }: ContractPlan): OwedChange[] {
  const fields = (which: 'before' | 'after') =>
    Object.fromEntries(changes.map((change) => [change.field, change[which] ?? null]))
  const update = {
    object: 'Campaign',
    action: 'update',
    key: campaign?.id ?? '',
    before: fields('before'),
    after: fields('after'),
  } as const
  const insert = { object: 'Campaign', action: 'insert', key: event.id, after: presentValues({ ...create }) } as const
  return [
    ...(campaign ? (changes.length > 0 ? [update] : []) : [insert]),
    // The order of a new one depends on what the org puts on a new Campaign by itself.
    ...statuses.create.map(({ label, hasResponded }) =>
      statusChange('insert', `${event.id}/${label}`, { hasResponded }),
    ),
    ...statuses.change.map(({ id, hasResponded, sortOrder }) =>
      statusChange('update', id, { hasResponded, sortOrder }),
    ),
  ]
}

function statusChange(
  action: 'insert' | 'update',
  key: string,
  { hasResponded, sortOrder }: { hasResponded?: boolean; sortOrder?: number },
): OwedChange {
  return {
    object: 'CampaignMemberStatus',
    action,
    key,
    after: presentValues({ HasResponded: hasResponded, SortOrder: sortOrder }),
  }
}

/** What is owed to the members of one event's Campaign. */
export function memberChanges({ id }: EventDetails, decisions: readonly MemberDecision[]): OwedChange[] {
  return decisions.flatMap(({ change }): OwedChange[] => {
    if (!change) return []
    const before = 'before' in change ? { Status: change.before ?? null } : undefined
    switch (change.kind) {
      case 'insert':
        return [
          {
            object: 'CampaignMember',
            action: 'insert',
            key: `${id}/${change.record.id}`,
            after: { Status: change.status },
          },
        ]
      case 'update':
        return [
          {
            object: 'CampaignMember',
            action: 'update',
            key: change.memberId,
            before,
            after: { Status: change.status },
          },
        ]
      case 'remove':
        return [{ object: 'CampaignMember', action: 'delete', key: change.memberId, before }]
    }
  })
}

/** What is owed to Contacts. */
export function contactChanges(owed: readonly OwedContact[]): OwedChange[] {
  return owed.map(({ contactId, changes }) => ({
    object: 'Contact',
    action: 'update',
    key: contactId,
    before: Object.fromEntries(changes.map(({ field, before }) => [field, before ?? null])),
    after: Object.fromEntries(changes.map(({ field, after }) => [field, after])),
  }))
}
