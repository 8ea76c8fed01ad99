import type { EventDetails } from '../domain/event.js'
import { RUNGS } from '../domain/member-status.js'
import type { Enrichment, StoredMembership } from '../domain/person.js'
import type { LineDraft } from '../domain/run-line.js'
import type { CampaignRecord } from '../mongo/campaign-records.js'
import type { EnrichmentWrite, MembershipWrite } from '../mongo/participants.js'

/** What a document of ours or the platform's is called in the ledger. */
export const PARTICIPANTS = 'participants'
/** One element of it, for each event. */
export const MEMBERSHIPS = 'participants.campaigns'
export const EVENTS = 'events'
export const CAMPAIGN_RECORDS = 'salesforce_campaigns'

/** A change to a participant's enrichment as the ledger keeps it. */
export function enrichmentLine({ participant, change, syncedAt }: EnrichmentWrite): LineDraft {
  const fields = [...Object.keys(change.set), ...change.unset] as (keyof Enrichment)[]
  const valuesOf = (values: Enrichment) => Object.fromEntries(fields.map((field) => [field, values[field] ?? null]))
  return {
    object: PARTICIPANTS,
    action: 'update',
    key: participant.id,
    before: { ...valuesOf(participant.current), lastSyncedAt: participant.lastSyncedAt ?? null },
    after: { ...valuesOf(change.set), lastSyncedAt: syncedAt },
    participantIds: [participant.id],
  }
}

/** A change to what a participant's document says of their membership in one event. */
export function membershipLine(
  eventId: string,
  { participantId, membership }: MembershipWrite,
  known: StoredMembership | undefined,
): LineDraft {
  return {
    object: MEMBERSHIPS,
    action: known ? (membership ? 'update' : 'delete') : 'insert',
    key: `${participantId}/${eventId}`,
    ...(known ? { before: membershipValues(known) } : {}),
    ...(membership ? { after: membershipValues(membership) } : {}),
    participantIds: [participantId],
  }
}

/** A change to which Campaign an event's document names. */
export function eventLine({ id, campaignId, syncedAt }: EventDetails, after: string, at: Date): LineDraft {
  return {
    object: EVENTS,
    action: 'update',
    key: id,
    before: { campaignId: campaignId ?? null, syncedAt: syncedAt ?? null },
    after: { campaignId: after, syncedAt: at },
    participantIds: [],
  }
}

/** A change to our own notes on an event's Campaign. */
export function campaignRecordLine(known: CampaignRecord | undefined, after: Omit<CampaignRecord, 'orgId'>): LineDraft {
  const values = ({ campaignId, statuses }: Pick<CampaignRecord, 'campaignId' | 'statuses'>) => ({
    campaignId,
    ...Object.fromEntries(RUNGS.map((rung) => [rung, statuses[rung] ?? null])),
  })
  return {
    object: CAMPAIGN_RECORDS,
    action: known ? 'update' : 'insert',
    key: after.eventId,
    ...(known ? { before: values(known) } : {}),
    after: values(after),
    participantIds: [],
  }
}

function membershipValues({ campaignId, campaignMemberId, status, syncedAt }: Omit<StoredMembership, 'eventId'>) {
  return { campaignId, campaignMemberId, status: status ?? null, syncedAt: syncedAt ?? null }
}
