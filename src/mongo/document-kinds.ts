import { ObjectId } from 'mongodb'
import { ENRICHMENT_FIELDS } from '../domain/enrichment.js'
import { RUNGS } from '../domain/member-status.js'
import { pathOf } from './participants.js'
import { OURS } from './database.js'
import type { DocumentKind } from './restored-documents.js'

const objectId = (key: string) => new ObjectId(key)
const SHELL = ['salesforce']

/** Participants, by what `mh-sf` adds to them (platform.md). */
export const ENRICHED_PARTICIPANTS: DocumentKind<ObjectId> = {
  collection: 'participants',
  paths: Object.fromEntries([...ENRICHMENT_FIELDS, 'lastSyncedAt'].map((field) => [field, pathOf(field)])),
  idOf: objectId,
  shells: SHELL,
}

/** Events, by the Campaign that they name. */
export const NAMED_CAMPAIGNS: DocumentKind<ObjectId> = {
  collection: 'events',
  paths: { campaignId: 'salesforce.campaignId', syncedAt: 'salesforce.syncedAt' },
  idOf: objectId,
  shells: SHELL,
}

/** Our own notes on the Campaigns of one org. */
export function campaignNotes(orgId: string): DocumentKind<string> {
  return {
    collection: `${OURS}campaigns`,
    paths: { campaignId: 'campaignId', ...Object.fromEntries(RUNGS.map((rung) => [rung, `statuses.${rung}`])) },
    idOf: (eventId) => `${orgId}:${eventId}`,
    shells: [],
  }
}
