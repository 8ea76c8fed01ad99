import { clockCheck, fail, pass, warn, type Judged } from './check.js'
import type { BareCampaign, DoctorPolicy, OrgReading } from './doctor-facts.js'
import {
  checkFields,
  lackingRights,
  lackingValues,
  wantedFields,
  wantedRights,
  type DescribedOrg,
} from './org-schema.js'
import type { Quota } from './quota.js'

/** The names of what `orgChecks` looks at, in its order. */
export const ORG_CHECKS = [
  ...(['login', 'API version', 'org rights', 'Marketing User'] as const),
  ...(['fields', 'picklists', 'API calls', 'org clock'] as const),
] as const

/** What an org is like that lets us in. */
export function orgChecks(org: OrgReading, policy: DoctorPolicy): Judged[] {
  const { host, apiVersion, skewMs, quota, described, isMarketingUser } = org
  const lowered = Number(apiVersion) < Number(policy.apiVersion)
  const named = wantedFields(policy).filter(({ object, setting }) => setting.isSet && described.has(object))
  const lacking = checkFields(named, described).filter(({ state }) => state !== 'there')
  const values = lackingValues(policy.campaign, described)
  return [
    pass(`logged in to ${host}.`),
    lowered
      ? warn(
          `the org speaks ${apiVersion}, mh-sf was made for ${policy.apiVersion}.`,
          'Nothing has to be done; the org is upgraded by Salesforce.',
        )
      : pass(`${apiVersion}.`),
    rightsCheck(policy, described),
    isMarketingUser === false
      ? fail(
          'is not ticked: no campaign can be made or changed.',
          'An admin ticks it: Setup > Users > the user > Marketing User',
          5,
        )
      : pass(isMarketingUser ? 'is ticked.' : 'the org does not say; campaigns may be changed.'),
    lacking.length === 0
      ? pass('every custom field that the settings name is there.')
      : warn(
          `${lacking.map(({ wanted }) => `${wanted.object}.${wanted.name}`).join(', ')} ${lacking.length === 1 ? 'is' : 'are'} missing or hidden: done without.`,
          'mh-sf schema check, then: mh-sf schema export --out DIR',
        ),
    values.length === 0
      ? pass('the org has every value that the settings name.')
      : warn(
          `the org lacks ${values.map(({ field, value }) => `Campaign.${field} "${value}"`).join(', ')}.`,
          `Name values that it has in mh-sf.config.json (campaign.status, campaign.type), or an admin adds them: Setup > Object Manager > Campaign > Fields`,
        ),
    quotaCheck(quota),
    skewMs === undefined
      ? { result: 'skipped', text: 'the org did not say what time it is.' }
      : clockCheck('the org', skewMs),
  ]
}

function rightsCheck(policy: DoctorPolicy, described: DescribedOrg): Judged {
  const lacking = lackingRights(wantedRights(policy), described)
  if (lacking.length === 0) return pass('this user may do all that the settings ask for.')
  const needed = lacking.filter(({ needed: isNeeded }) => isNeeded)
  const told = (needed.length > 0 ? needed : lacking).map(({ object, right }) => `${right} ${object}`).join(', ')
  const fix = 'An admin gives them by the exported permission set: mh-sf schema export --out DIR'
  return needed.length > 0
    ? fail(`this user may not ${told}.`, fix, 5)
    : warn(`this user may not ${told}: left out.`, fix)
}

function quotaCheck({ used, max, ceiling, remaining }: Quota): Judged {
  const told = `${used.toLocaleString('en-US')} of ${max.toLocaleString('en-US')} of 24 hours are used`
  if (remaining.run > 0) return pass(`${told}; ${remaining.run.toLocaleString('en-US')} are left for runs.`)
  return warn(
    `${told}, the ceiling is ${ceiling.toLocaleString('en-US')}: no run begins.`,
    'mh-sf quota says when they come free; quota.ceiling in mh-sf.config.json moves the ceiling',
  )
}

/** Whether the Campaigns of live events can take members. */
export function statusesCheck(campaigns: readonly BareCampaign[]): Judged {
  const [first] = campaigns
  if (first === undefined) return pass('the campaigns of live events have theirs.')
  const others = campaigns.length > 1 ? ` (and ${campaigns.length - 1} more)` : ''
  return warn(`"${first.name}"${others} lacks ${first.lacks.join(', ')}.`, 'A sync makes them: mh-sf campaign sync')
}
