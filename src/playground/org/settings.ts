import { type BulkSettings, defaultBulkSettings } from './bulk/settings.js'

/** Why the token endpoint refuses whatever is asked: states of an org that no record holds (auth.md §2, §1). */
export type LoginRefusal =
  'app_not_found' | 'inactive_organization' | 'ip_restricted' | 'activation_secret_invalid' | 'flow_disabled'

/** How this org behaves. All of it may be changed while the org runs. */
export interface OrgSettings extends BulkSettings {
  /** Rows per query page; the entries are used in turn, so that `[3, 1, 2]` gives uneven pages (rest.md §4). */
  pageSizes: readonly number[]
  /** Allowance per rolling 24 hours (limits.md §1). */
  dailyApiRequests: number
  /** What other integrations have used of it. */
  usedElsewhere: number
  /** Sforce-Limit-Info wavers by up to this much around the truth, as recorded (rest.md §2). */
  usageNoise: number
  /** Bytes of a URI, and of a URI with all headers, before 414 and 431 (rest.md §4). */
  uriLimit: number
  /** Fields hidden by field-level security, as `Contact.DoNotCall` (objects.md §7). */
  hiddenFields: readonly string[]
  /** False: every data call answers API_DISABLED_FOR_ORG (errors.md §2). */
  apiEnabled: boolean
  /** The consumer is pre-authorised; otherwise `user hasn't approved this consumer` (auth.md §2). */
  consumerApproved: boolean
  /** The user is assigned to the pre-authorised consumer; otherwise invalid_app_access (auth.md §2). */
  userAssigned: boolean
  /** The username-password grant is let in; blocked by default (auth.md §6). */
  passwordGrant: boolean
  /** The password (with security token) of the consumer's user, for that grant. */
  password: string
  loginRefusal: LoginRefusal | null
}

/** Real fields that field-level security hides by default: absent from both recorded describes (objects.md §1, §2). */
const HIDDEN_BY_DEFAULT = ['Contact', 'Lead'].flatMap((object) =>
  ['HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall'].map((field) => `${object}.${field}`),
)

export function defaultSettings(): OrgSettings {
  return {
    pageSizes: [2000],
    dailyApiRequests: 100_000,
    usedElsewhere: 0,
    usageNoise: 0,
    uriLimit: 16_384,
    hiddenFields: HIDDEN_BY_DEFAULT,
    apiEnabled: true,
    consumerApproved: true,
    userAssigned: true,
    passwordGrant: false,
    password: '',
    loginRefusal: null,
    ...defaultBulkSettings(),
  }
}

const HIDDEN = new WeakMap<readonly string[], ReadonlySet<string>>()

/** Whether field-level security hides a field, names in any case. Replace `hiddenFields` to change it: lists are remembered. */
export function isHidden(settings: OrgSettings, object: string, field: string): boolean {
  const list = settings.hiddenFields
  if (list.length === 0) return false
  let hidden = HIDDEN.get(list)
  if (hidden === undefined) {
    hidden = new Set(list.map((name) => name.toLowerCase()))
    HIDDEN.set(list, hidden)
  }
  return hidden.has(`${object}.${field}`.toLowerCase())
}
