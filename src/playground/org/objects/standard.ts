import type { ObjectSpec } from '../schema.js'
import { account } from './account.js'
import { campaign } from './campaign.js'
import { campaignMember } from './campaign-member.js'
import { campaignMemberStatus } from './campaign-member-status.js'
import { caseObject } from './case.js'
import { contact } from './contact.js'
import { individual } from './individual.js'
import { lead } from './lead.js'
import { leadStatus } from './lead-status.js'
import { organization } from './organization.js'
import { fieldPermissions, permissionSet, permissionSetAssignment } from './permission-set.js'
import { task } from './task.js'
import { user } from './user.js'

/** The standard objects of the stand-in org, in the order in which a global describe lists them. */
export const STANDARD_OBJECTS: readonly ObjectSpec[] = [
  account,
  campaign,
  campaignMember,
  campaignMemberStatus,
  caseObject,
  contact,
  fieldPermissions,
  individual,
  lead,
  leadStatus,
  organization,
  permissionSet,
  permissionSetAssignment,
  task,
  user,
]
