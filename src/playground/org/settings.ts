import { BULK_SETTINGS } from './bulk/settings.js'
import { OBJECT_SETTINGS } from './object-settings.js'
import { flag, initialValues, oneOf, text, type ValuesOf, whole, wholes } from './setting.js'

/** Why the token endpoint refuses whatever is asked: states of an org that no record holds (auth.md §2, §1). */
const LOGIN_REFUSALS = [
  'app_not_found',
  'inactive_organization',
  'ip_restricted',
  'activation_secret_invalid',
  'flow_disabled',
] as const
export type LoginRefusal = (typeof LOGIN_REFUSALS)[number]

/**
 * How this org behaves. All of it may be changed while the org runs; a line here is all that a new setting needs to be
 * listed, explained and checked by the control surface.
 */
export const ORG_SETTINGS = {
  // rest.md §4
  pageSizes: wholes([2000], 'rows per query page; several are used in turn, which gives uneven pages'),
  // limits.md §1
  dailyApiRequests: whole(100_000, 'API requests allowed per rolling 24 hours'),
  usedElsewhere: whole(0, 'how many of them other integrations have used'),
  // As recorded (rest.md §2).
  usageNoise: whole(0, 'Sforce-Limit-Info wavers by up to this much around the truth'),
  // rest.md §2
  appAllowance: whole(0, "requests of the caller's app, shown in Sforce-Limit-Info and never enforced; 0 shows none"),
  // rest.md §4
  uriLimit: whole(16_384, 'bytes of a URI before 414, and of a URI with all headers before 431'),
  // errors.md §2
  apiEnabled: flag(true, 'false: every data call answers API_DISABLED_FOR_ORG'),
  // auth.md §2
  consumerApproved: flag(true, "false: a login answers user hasn't approved this consumer"),
  userAssigned: flag(true, 'false: a login answers invalid_app_access'),
  // Blocked by default (auth.md §6).
  passwordGrant: flag(false, 'the username-password grant is let in'),
  // Off by default in new orgs (auth.md §7).
  soapLogin: flag(false, 'SOAP login() is let in, in versions that have it'),
  password: text('', "the password, with security token, of the consumer's user for those two"),
  loginRefusal: oneOf([...LOGIN_REFUSALS, null], null, 'why the token endpoint refuses whatever is asked'),
  ...OBJECT_SETTINGS,
  ...BULK_SETTINGS,
}

export type OrgSettings = ValuesOf<typeof ORG_SETTINGS>

export function defaultSettings(): OrgSettings {
  return initialValues(ORG_SETTINGS)
}
