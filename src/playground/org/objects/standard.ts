import type { ObjectSpec } from '../schema.js'
import { account } from './account.js'
import { campaign } from './campaign.js'
import { campaignMember } from './campaign-member.js'
import { campaignMemberStatus } from './campaign-member-status.js'
import { contact } from './contact.js'
import { lead } from './lead.js'
import { organization } from './organization.js'
import { user } from './user.js'

/** The standard objects of the stand-in org, in the order in which a global describe lists them. */
export const STANDARD_OBJECTS: readonly ObjectSpec[] = [
  account,
  campaign,
  campaignMember,
  campaignMemberStatus,
  contact,
  lead,
  organization,
  user,
]
