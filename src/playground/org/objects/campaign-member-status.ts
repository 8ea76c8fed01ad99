import { checkbox, integer, reference, text } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields, identityFields } from './system-fields.js'

/** objects.md §5 */
export const campaignMemberStatus: ObjectSpec = {
  name: 'CampaignMemberStatus',
  label: 'Campaign Member Status',
  labelPlural: 'Campaign Member Statuses',
  keyPrefix: '01Y',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: false,
  searchable: false,
  fields: [
    ...identityFields('Campaign Member Status'),
    reference('CampaignId', 'Campaign ID', ['Campaign'], {
      createOnly: true,
      nillable: false,
      childRelationshipName: 'CampaignMemberStatuses',
      cascadeDelete: true,
    }),
    text('Label', 'Label', 765, { required: true, createOnly: true, nameField: true }),
    integer('SortOrder', 'Sort Order', 9),
    checkbox('IsDefault', 'Is Default'),
    checkbox('HasResponded', 'Responded'),
    ...auditFields(),
  ],
}
