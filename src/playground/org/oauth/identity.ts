import type { OpenCall, Reply } from '../api.js'
import type { OrgCore } from '../core.js'
import type { Row } from '../store.js'
import { wireDatetime } from '../wire.js'
import { bearerOf } from './bearer.js'
import { ok } from './refusals.js'
import { identityUrl } from './token-reply.js'

const USER_PREFIX = '005'

/** `GET /services/oauth2/userinfo` (auth.md §8). */
export function userinfo(core: OrgCore, call: OpenCall): Reply {
  const asking = askingUser(core, call)
  return typeof asking === 'string' ? refused(403, asking) : ok(userInfoOf(core, asking))
}

/** `GET /id/{orgId}/{userId}`; other orgs' and unknown ids have words of their own (auth.md §8). */
export function identity(core: OrgCore, call: OpenCall): Reply {
  const asking = askingUser(core, call)
  if (typeof asking === 'string') return refused(403, asking)
  const { orgId = '', userId = '' } = call.params
  if (orgId.slice(0, 15) !== core.orgId.slice(0, 15)) return refused(403, 'Wrong_Org')
  const user = userId.startsWith(USER_PREFIX) ? core.store.get(userId) : undefined
  if (user === undefined) return refused(404, 'Bad_Id')
  return ok(identityOf(core, user, asking))
}

/** The user whose token came, or why there is none: bare text with 403, not 401 (auth.md §8). */
function askingUser(core: OrgCore, call: OpenCall): Row | string {
  const token = bearerOf(call) ?? call.query.get('oauth_token') ?? call.query.get('access_token')
  if (token === null) return 'Missing_OAuth_Token'
  const session = core.sessions.check(token, call.now())
  return (session === undefined ? undefined : core.store.get(session.userId)) ?? 'Bad_OAuth_Token'
}

function refused(status: number, text: string): Reply {
  return { status, text, headers: { 'Content-Type': 'text/html;charset=UTF-8' } }
}

function userInfoOf(core: OrgCore, user: Row): object {
  return {
    sub: identityUrl(core, user.Id),
    user_id: user.Id,
    organization_id: core.orgId,
    preferred_username: user['Username'] ?? null,
    nickname: user['CommunityNickname'] ?? null,
    name: user['Name'] ?? null,
    email: user['Email'] ?? null,
    email_verified: true,
    given_name: user['FirstName'] ?? null,
    family_name: user['LastName'] ?? null,
    zoneinfo: user['TimeZoneSidKey'] ?? null,
    photos: photosOf(core, user),
    profile: `${core.url()}/${user.Id}`,
    urls: urlsOf(core, user),
    ...traitsOf(core, user),
    updated_at: new Date(user.SystemModstamp).toISOString(),
  }
}

function identityOf(core: OrgCore, user: Row, asking: Row): object {
  return {
    id: identityUrl(core, user.Id),
    asserted_user: user.Id === asking.Id,
    user_id: user.Id,
    organization_id: core.orgId,
    username: user['Username'] ?? null,
    nick_name: user['CommunityNickname'] ?? null,
    display_name: user['Name'] ?? null,
    email: user['Email'] ?? null,
    email_verified: true,
    first_name: user['FirstName'] ?? null,
    last_name: user['LastName'] ?? null,
    timezone: user['TimeZoneSidKey'] ?? null,
    photos: photosOf(core, user),
    addr_street: null,
    addr_city: null,
    addr_state: null,
    addr_country: null,
    addr_zip: null,
    mobile_phone: null,
    mobile_phone_verified: false,
    status: { created_date: null, body: null },
    urls: urlsOf(core, user),
    ...traitsOf(core, user),
    last_modified_date: wireDatetime(user.SystemModstamp),
    is_app_installed: true,
  }
}

function photosOf(core: OrgCore, user: Row): object {
  const photo = (size: string) => `${core.url()}/profilephoto/${user.Id}/${size}`
  return { picture: photo('F'), thumbnail: photo('T') }
}

/** With a placeholder for the version (auth.md §8). */
function urlsOf(core: OrgCore, user: Row): object {
  const url = core.url()
  const soap = (api: string) => `${url}/services/Soap/${api}/{version}/${core.orgId.slice(0, 15)}`
  const rest = `${url}/services/data/v{version}/`
  return {
    enterprise: soap('c'),
    metadata: soap('m'),
    partner: soap('u'),
    rest,
    sobjects: `${rest}sobjects/`,
    search: `${rest}search/`,
    query: `${rest}query/`,
    recent: `${rest}recent/`,
    profile: `${url}/${user.Id}`,
    custom_domain: url,
  }
}

function traitsOf(core: OrgCore, user: Row): object {
  return {
    active: user['IsActive'] ?? null,
    user_type: 'STANDARD',
    language: user['LanguageLocaleKey'] ?? null,
    locale: user['LocaleSidKey'] ?? null,
    utcOffset: utcOffset(String(user['TimeZoneSidKey'] ?? 'GMT'), core.now()),
  }
}

/** How many milliseconds a zone is ahead of UTC when it has no summer time. */
function utcOffset(timeZone: string, now: number): number {
  const year = new Date(now).getUTCFullYear()
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  return Math.min(...[0, 6].map((month) => offsetIn(format, Date.UTC(year, month, 1))))
}

function offsetIn(format: Intl.DateTimeFormat, time: number): number {
  const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
  return sign === '-' ? -offset : offset
}
