import { INDIVIDUAL_LINK, OPT_OUT_FIELD } from '../domain/opt-out.js'
import { CAMPAIGN_FIELDS } from '../domain/campaign.js'
import { ENRICHMENT_FIELDS } from '../domain/enrichment.js'
import { FACTS } from '../domain/write-back.js'
import { PROJECTION } from '../mongo/participant-document.js'
import { pathOf } from '../mongo/participants.js'
import { CONTACT_FIELDS, LEAD_FIELDS } from '../salesforce/people-rows.js'
import type { Policy } from './policy.js'

/** One field that crosses between the two systems, or is kept by us. */
export interface DataFlow {
  system: 'Salesforce' | 'MongoDB'
  object: string
  field: string
  access: 'read' | 'written' | 'read and written'
  /** Of whom, and what has to be there for it. */
  whom: string
}

const ALL = 'participants who have not opted out'

/**
 * Which fields are read from and written to either side by these settings, for whom: all that there is. What an org lacks or hides is left
 * out of it.
 */
export function dataFlow({ writeBack, leads, enrichment, consent, campaign, optOut }: Policy): DataFlow[] {
  const mapped = FACTS.map((fact) => writeBack.fields[fact]).filter(({ policy }) => policy !== 'never')
  const written = new Set(mapped.map(({ field }) => field))
  const ownKey = enrichment.ownKeyField === undefined ? [] : [enrichment.ownKeyField]
  const salesforce = (object: string, fields: readonly string[], access: DataFlow['access'], whom: string) =>
    fields.map((field): DataFlow => ({ system: 'Salesforce', object, field, access, whom }))
  const mongo = (object: string, fields: readonly string[], access: DataFlow['access'], whom: string) =>
    fields.map((field): DataFlow => ({ system: 'MongoDB', object, field, access, whom }))
  const told = `contacts of ${ALL}${needed(consent.writeback)}`
  const made = `people whom Salesforce does not know, with --create-leads or leads.create${needed(consent.lead)}`
  const leadFields = [
    'FirstName',
    'LastName',
    'Company',
    'Email',
    'LeadSource',
    ...Object.keys(leads.defaults),
    leads.ownKeyField ?? [],
  ].flat()
  return [
    ...salesforce(
      'Contact',
      [...new Set([...CONTACT_FIELDS, 'Owner.Name', INDIVIDUAL_LINK, ...ownKey])].filter(
        (field) => !written.has(field),
      ),
      'read',
      ALL,
    ),
    ...salesforce('Contact', [...written], 'read and written', told),
    ...salesforce('Contact', [OPT_OUT_FIELD], 'read and written', 'all; written for who opts out (privacy opt-out)'),
    ...salesforce(
      'Account',
      ['Id', 'Name', 'Type', 'Website', enrichment.tierField],
      'read',
      `accounts of contacts of ${ALL}`,
    ),
    ...salesforce('Lead', [...LEAD_FIELDS, 'Owner.Name', INDIVIDUAL_LINK], 'read', ALL),
    ...salesforce('Lead', leadFields, 'written', made),
    ...salesforce('Lead', [OPT_OUT_FIELD], 'read and written', 'all; written for who opts out (privacy opt-out)'),
    ...salesforce(
      'Individual',
      optOut.individual.obey.filter((flag) => flag !== optOut.individual.tell),
      'read',
      'all whose contact or lead has one',
    ),
    ...salesforce(
      'Individual',
      optOut.individual.tell === 'nothing' ? [] : [optOut.individual.tell],
      'read and written',
      'all whose contact or lead has one; written for who opts out (privacy opt-out)',
    ),
    ...salesforce(
      'CampaignMember',
      ['CampaignId', 'ContactId', 'LeadId', 'Status'],
      'read and written',
      `${ALL}${needed(consent.member)}`,
    ),
    ...salesforce(
      'Campaign',
      [...CAMPAIGN_FIELDS, campaign.externalIdField ?? []].flat(),
      'read and written',
      'events; nobody in particular',
    ),
    ...salesforce('Campaign', ['NumberOfContacts', 'NumberOfLeads'], 'read', 'events; nobody in particular'),
    ...salesforce('User', ['UserPermissionsMarketingUser'], 'read', 'the user as whom mh-sf logs in'),
    ...salesforce(
      'CampaignMemberStatus',
      ['CampaignId', 'Label', 'SortOrder', 'IsDefault', 'HasResponded'],
      'read and written',
      'events; nobody in particular',
    ),
    ...mongo(
      'participants',
      [...Object.keys(PROJECTION).filter((field) => !BESIDE.has(field)), 'deletedAt'],
      'read',
      'everybody',
    ),
    ...mongo('participants', ['skills'], 'read', told),
    ...mongo(
      'participants',
      ['customResponses', 'registeredEvents.registrationDate', 'salesforce.consent'],
      'read',
      'people who may become a Lead, and where consent is needed',
    ),
    ...mongo(
      'participants',
      [...ENRICHMENT_FIELDS.map(pathOf), 'salesforce.lastSyncedAt', 'salesforce.campaigns'],
      'read and written',
      ALL,
    ),
    ...mongo('users', ['banned', 'deletedAt'], 'read', 'accounts of participants'),
    ...mongo(
      'users',
      ['company', 'notificationPreferences.newsletter', 'updatedAt'],
      'read',
      'people who may become a Lead, and where consent is needed',
    ),
    ...mongo('projects', ['name', 'status', 'teamId', 'teamMembers'], 'read', told),
    ...mongo('teams', ['members', 'leaderId'], 'read', told),
  ]
}

/** What is written under these names stands with the rest of it. */
const BESIDE = new Set(['salesforce', 'customerTier', 'isExistingCustomer'])

function needed(need: 'none' | 'not refused' | 'recorded'): string {
  return need === 'none' ? '' : need === 'recorded' ? ', with recorded consent' : ', unless they refused'
}
