import { MhError, type ErrorCode } from '../errors.js'

/** What the token endpoint says when it refuses (auth.md §1). */
export interface Refusal {
  error: string
  description: string
}

interface Rule {
  when: RegExp
  code: ErrorCode
  what: string
  fix: string
}

/**
 * Every refusal of auth.md §2-7, told by `error` and `error_description`, with the setting to change. Descriptions
 * vary in wording, so they are matched by their stable words; the first rule that fits wins.
 */
const RULES: Rule[] = [
  {
    when: /hasn't approved this consumer/iu,
    code: 'SF_APP_NOT_APPROVED',
    what: 'the app is not approved for this user',
    fix: 'In Setup, open the app\'s policies, set "Permitted Users" to "Admin approved users are pre-authorized" and assign the user\'s profile or a permission set. It takes up to 10 minutes.',
  },
  {
    when: /invalid_app_access|not admin approved/iu,
    code: 'SF_USER_NOT_ASSIGNED',
    what: 'the app is pre-authorised, but not for this user',
    fix: "In Setup, assign the user's profile or a permission set to the app. It takes up to 10 minutes.",
  },
  {
    when: /audience (is invalid|validation failed)/iu,
    code: 'SF_AUDIENCE_INVALID',
    what: 'the login address is not the one this org expects as the audience',
    fix: "Set SF_LOGIN_URL to the org's My Domain, or to https://test.salesforce.com for a sandbox and https://login.salesforce.com for production.",
  },
  {
    when: /assertion/iu,
    code: 'SF_ASSERTION_INVALID',
    what: 'the signature or the time of the login was not accepted',
    fix: "Check that SF_PRIVATE_KEY_PATH is the key of the certificate that is uploaded to the app, that the certificate has not expired, and that this machine's clock is right.",
  },
  {
    when: /invalid_client_id|client identifier invalid/iu,
    code: 'SF_CLIENT_UNKNOWN',
    what: 'the consumer key is unknown there',
    fix: 'Compare SF_CLIENT_ID with the consumer key of the app; a new app takes up to 10 minutes to be known.',
  },
  {
    when: /app_not_found|not installed in this org/iu,
    code: 'SF_APP_NOT_INSTALLED',
    what: 'the app is not installed in the org behind this login address',
    fix: "Set SF_LOGIN_URL to the org's My Domain, or install the app there.",
  },
  {
    when: /inactive user/iu,
    code: 'SF_USER_INACTIVE',
    what: 'the user is deactivated or frozen',
    fix: 'Let an admin activate the user, or set SF_USERNAME to another one.',
  },
  {
    when: /inactive organization/iu,
    code: 'SF_ORG_INACTIVE',
    what: 'the org is deactivated',
    fix: 'Check SF_LOGIN_URL; an expired trial or sandbox has to be renewed by its admin.',
  },
  {
    when: /ip restricted/iu,
    code: 'SF_IP_RESTRICTED',
    what: 'logins are not allowed from this network address',
    fix: 'Let an admin relax "IP Relaxation" in the app\'s policies, or add this network to the profile\'s login IP ranges.',
  },
  {
    when: /activation secret invalid/iu,
    code: 'SF_DEVICE_NOT_ACTIVATED',
    what: 'the org wants this device to be activated first',
    fix: "Let an admin turn off device activation for this app's integration user, or use JWT bearer.",
  },
  {
    when: /invalid_client\b|invalid client credentials/iu,
    code: 'SF_PASSWORD_REFUSED',
    what: 'the consumer secret is wrong',
    fix: 'Compare SF_CLIENT_SECRET with the consumer secret of the app.',
  },
  {
    when: /authentication failure/iu,
    code: 'SF_PASSWORD_REFUSED',
    what: 'username, password or security token is wrong, or the password grant is switched off',
    fix: "Check SF_USERNAME and SF_PASSWORD, and set SF_SECURITY_TOKEN if this network is not trusted. Password logins are off by default since Summer '23: JWT bearer (SF_PRIVATE_KEY_PATH) is the way that lasts.",
  },
  {
    when: /invalid user\b|user identifier/iu,
    code: 'SF_USER_UNKNOWN',
    what: 'the username is unknown there',
    fix: "SF_USERNAME is the username, not the address; in a sandbox it ends in the sandbox's name.",
  },
  {
    when: /unsupported_grant_type|not enabled|flow/iu,
    code: 'SF_FLOW_DISABLED',
    what: 'this kind of login is switched off',
    fix: 'Enable "JWT Bearer Flow" in the app\'s OAuth settings (for passwords: "Allow OAuth Username-Password Flows" in Setup).',
  },
]

/** The refusal as an error that names the setting to change. All of these are final: nothing is retried. */
export function loginRefused({ error, description }: Refusal, loginUrl: string): MhError {
  const rule = RULES.find(({ when }) => when.test(`${error} ${description}`))
  const told = `${error}: ${description}`.slice(0, 120)
  return new MhError(
    rule?.code ?? 'SF_LOGIN_REFUSED',
    `Salesforce at ${new URL(loginUrl).host} refused the login: ${rule?.what ?? 'for a reason of its own'} (${told}).`,
    rule?.fix ?? "Look the message up in the org's Login History (Setup).",
  )
}
