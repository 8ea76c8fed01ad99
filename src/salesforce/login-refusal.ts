import { MhError, type ErrorCode } from '../errors.js'
import type { Flow } from './credentials.js'

/** What the token endpoint says when it refuses (auth.md §1). */
export interface Refusal {
  error: string
  description: string
}

interface Rule {
  when: RegExp
  code: ErrorCode
  what: string
  /** The setting to change, where it differs by the way to log in. */
  fix: string | Partial<Record<Flow, string>>
}

/** Where the redirect of a login by browser goes: as it has to stand in the app. */
export const CALLBACK_PATH = '/OauthRedirect'
export const CALLBACK_PORT = 1717

/**
 * Every refusal of auth.md §2-7, told by `error` and `error_description`, with the setting to change. Those of the authorize page come
 * by the redirect (auth.md §4). Descriptions
 * vary in wording, so they are matched by their stable words; the first rule that fits wins.
 */
const RULES: Rule[] = [
  {
    when: /not supported on this domain/iu,
    code: 'SF_MY_DOMAIN_NEEDED',
    what: "client credentials are taken at the org's My Domain only",
    fix: 'Set SF_LOGIN_URL to it, as https://example.my.salesforce.com (Setup > My Domain).',
  },
  {
    when: /no client credentials user/iu,
    code: 'SF_RUN_AS_MISSING',
    what: 'the app does not say as whom it runs',
    fix: 'In Setup, open the app\'s policies, tick "Enable Client Credentials Flow" and name a user under "Run As". It takes up to 10 minutes.',
  },
  {
    when: /expired access\/refresh token/iu,
    code: 'SF_LOGIN_EXPIRED',
    what: "it has ended: revoked, run out by the app's policy, or pushed out by a sixth one",
    fix: 'Run `mh-sf auth login` again, with --target-org for an org that has a name. How long it lasts is said by "Refresh Token Policy" in the app\'s policies.',
  },
  {
    when: /authorization code|code verifier/iu,
    code: 'SF_CODE_REFUSED',
    what: 'the answer of the browser was used already, is too old, or belongs to another login',
    fix: 'Run `mh-sf auth login` again, and answer within 15 minutes.',
  },
  {
    when: /redirect_uri/iu,
    code: 'SF_CALLBACK_REFUSED',
    what: 'the app does not know the address that the browser is to come back to',
    fix: `Add http://localhost:${CALLBACK_PORT}${CALLBACK_PATH} to the app's callback URLs, with the port that you use.`,
  },
  {
    when: /end-?user denied|^access_denied/iu,
    code: 'SF_LOGIN_DENIED',
    what: 'somebody answered "Deny" in the browser',
    fix: 'Run `mh-sf auth login` again and answer "Allow".',
  },
  {
    when: /OAUTH_APPROVAL_ERROR_GENERIC/iu,
    code: 'SF_APP_NOT_APPROVED',
    what: 'the org does not let this user approve the app',
    fix: 'Let an admin install the app in the org, or give the user "Approve Uninstalled Connected Apps".',
  },
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
    code: 'SF_SECRET_REFUSED',
    what: 'the consumer secret is wrong, or there is none',
    fix: {
      web: 'Compare SF_CLIENT_SECRET with the consumer secret of the app, or untick "Require secret" for the Web Server Flow and the Refresh Token Flow in the app\'s settings.',
    },
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
    fix: {
      jwt: 'Tick "Enable JWT Bearer Flow" in the app\'s OAuth settings and upload the certificate there.',
      'client-credentials': 'Tick "Enable Client Credentials Flow" in the app\'s OAuth settings, and in its policies.',
      password: 'Let an admin allow "OAuth Username-Password Flows" in Setup > OAuth and OpenID Connect Settings.',
    },
  },
]

/** What is said where a rule has nothing of its own for the way to log in. */
const OTHERWISE: Partial<Record<ErrorCode, string>> = {
  SF_SECRET_REFUSED: 'Compare SF_CLIENT_SECRET with the consumer secret of the app.',
  SF_FLOW_DISABLED: "Enable this kind of login in the app's OAuth settings.",
}

/** The refusal as an error that names the setting to change. All of these are final: nothing is retried. */
export function loginRefused({ error, description }: Refusal, loginUrl: string, flow: Flow): MhError {
  const rule = RULES.find(({ when }) => when.test(`${error} ${description}`))
  // What was sent may come back in a refusal.
  const told = `${error}: ${description}`.slice(0, 120).replaceAll(/=[^\s&]+/gu, '=…')
  return new MhError(
    rule?.code ?? 'SF_LOGIN_REFUSED',
    `Salesforce at ${new URL(loginUrl).host} refused the login: ${rule?.what ?? 'for a reason of its own'} (${told}).`,
    fixOf(rule, flow) ?? "Look the message up in the org's Login History (Setup).",
  )
}

function fixOf(rule: Rule | undefined, flow: Flow): string | undefined {
  if (!rule) return undefined
  return typeof rule.fix === 'string' ? rule.fix : (rule.fix[flow] ?? OTHERWISE[rule.code])
}
