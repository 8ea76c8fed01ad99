import { BULK_SETTINGS } from './bulk/settings.js'
import { OBJECT_SETTINGS } from './object-settings.js'
import { METADATA_SETTINGS } from './metadata/settings.js'
import { AUTH_SETTINGS } from './oauth/settings.js'
import { flag, initialValues, type ValuesOf, whole, wholes } from './setting.js'

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
  ...AUTH_SETTINGS,
  ...OBJECT_SETTINGS,
  ...BULK_SETTINGS,
  ...METADATA_SETTINGS,
}

export type OrgSettings = ValuesOf<typeof ORG_SETTINGS>

export function defaultSettings(): OrgSettings {
  return initialValues(ORG_SETTINGS)
}
