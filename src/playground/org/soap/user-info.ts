import type { OrgCore } from '../core.js'
import type { Row } from '../store.js'
import type { XmlFields } from './xml-writer.js'

/** What `login()` and `getUserInfo()` tell of a user; keys as the partner API orders them (auth.md §7). */
export function userInfoOf(core: OrgCore, user: Row): XmlFields {
  return {
    accessibilityMode: false,
    chatterExternal: false,
    currencySymbol: '$',
    orgAttachmentFileSizeLimit: 5_242_880,
    orgDefaultCurrencyIsoCode: 'USD',
    orgDefaultCurrencyLocale: 'en_US',
    orgDisallowHtmlAttachments: false,
    orgHasPersonAccounts: core.settings.personAccounts,
    organizationId: core.orgId,
    organizationMultiCurrency: false,
    organizationName: textIn(core.store.get(core.orgId), 'Name'),
    profileId: textIn(user, 'ProfileId'),
    roleId: textIn(user, 'UserRoleId'),
    sessionSecondsValid: core.settings.sessionSeconds,
    userDefaultCurrencyIsoCode: null,
    userEmail: textIn(user, 'Email'),
    userFullName: textIn(user, 'Name'),
    userId: user.Id,
    userLanguage: textIn(user, 'LanguageLocaleKey'),
    userLocale: textIn(user, 'LocaleSidKey'),
    userName: textIn(user, 'Username'),
    userTimeZone: textIn(user, 'TimeZoneSidKey'),
    userType: textIn(user, 'UserType'),
    userUiSkin: 'Theme3',
  }
}

function textIn(row: Row | undefined, field: string): string | null {
  const value = row?.[field]
  return typeof value === 'string' ? value : null
}
