import type { Document } from 'bson'
import type { FieldDef } from '../org/schema.js'
import { campaignMemberRecords, campaignMemberStatusRecords, campaignRecords } from './campaigns.js'
import { contactRecords } from './contacts.js'
import { accountRecords, TIER_FIELD } from './employers.js'
import { eventDocuments } from './events.js'
import { leadRecords } from './leads.js'
import { participantDocuments } from './participants.js'
import { type OrgRecord, userRecords } from './records.js'
import { DEFAULT_PARTICIPANTS, DEFAULT_SEED } from './size.js'
import { projectDocuments, teamDocuments } from './teams.js'
import { userDocuments } from './users.js'
import { makeWorld } from './world.js'

export interface StoryOptions {
  /** People with a participant document; from 100 to 5,000,000. @default 360 */
  participants?: number
  /** Another seed, other people; the awkward ones stay. @default 'mongohacks' */
  seed?: string
  /** Nothing that a server writes down by itself is later than this. */
  now: Date
}

/**
 * Both sides of the story. Everything is made while it is read and can be read again from the beginning; the order of
 * the names within a side is the order in which they must be loaded.
 */
export interface Story {
  platform: Record<'events' | 'users' | 'participants' | 'teams' | 'projects', Iterable<Document>>
  org: {
    customFields: Readonly<Record<string, readonly FieldDef[]>>
    users: Iterable<OrgRecord>
    accounts: Iterable<OrgRecord>
    contacts: Iterable<OrgRecord>
    leads: Iterable<OrgRecord>
    campaigns: Iterable<OrgRecord>
    campaignMemberStatuses: Iterable<OrgRecord>
    campaignMembers: Iterable<OrgRecord>
  }
}

/**
 * A hackathon platform and the org of the company behind it. The same options give the same story; every address is of
 * a reserved domain. Throws a RangeError for a number of participants out of range.
 */
export function story({ participants = DEFAULT_PARTICIPANTS, seed = DEFAULT_SEED, now }: StoryOptions): Story {
  const world = makeWorld(participants, seed, now)
  return {
    platform: {
      events: again(() => eventDocuments(world)),
      users: again(() => userDocuments(world)),
      participants: again(() => participantDocuments(world)),
      teams: again(() => teamDocuments(world)),
      projects: again(() => projectDocuments(world)),
    },
    org: {
      customFields: { Account: [TIER_FIELD] },
      users: again(() => userRecords(world)),
      accounts: again(() => accountRecords(world)),
      contacts: again(() => contactRecords(world)),
      leads: again(() => leadRecords(world)),
      campaigns: again(() => campaignRecords(world)),
      campaignMemberStatuses: again(campaignMemberStatusRecords),
      campaignMembers: again(() => campaignMemberRecords(world)),
    },
  }
}

function again<T>(generate: () => Generator<T>): Iterable<T> {
  return { [Symbol.iterator]: generate }
}
