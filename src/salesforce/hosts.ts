import { MhError } from '../errors.js'

/** Where Salesforce lives, by label: a host is one of these or ends in a dot and one of these. */
const SALESFORCE_DOMAINS = [
  'salesforce.com',
  'force.com',
  'cloudforce.com',
  'salesforce.mil',
  'sfcrmproducts.cn',
  'sfcrmapps.cn',
]

/**
 * The address to log in at: https on a Salesforce domain, or a loopback address that somebody configured on purpose
 * (product.md §10). Returns its origin.
 */
export function checkLoginUrl(text: string): string {
  const url = parse(text, 'SF_LOGIN_URL')
  if (isLoopback(url) || isSalesforce(url)) return url.origin
  const shown = `${url.protocol}//${url.host}`
  throw refused(`SF_LOGIN_URL is ${shown}, which is not an https address of Salesforce`)
}

/**
 * The address that gets the token: of Salesforce if the login was there, loopback only if the login was loopback.
 * Returns its origin.
 */
export function checkInstanceUrl(text: string, loginUrl: string): string {
  const url = parse(text, 'The instance URL')
  const allowed = isLoopback(new URL(loginUrl)) ? isLoopback(url) : isSalesforce(url)
  if (allowed) return url.origin
  throw refused(`The login at ${loginUrl} named ${url.origin} as the org, which is not an address the token may go to`)
}

/** What kind of org is behind an address. */
export type OrgKind =
  'production' | 'sandbox' | 'scratch' | 'developer' | 'trailhead' | 'demo' | 'patch' | 'free' | 'local'

/** Second words of a My Domain that is no production org: example.develop.my.salesforce.com. */
const PARTITIONS: Readonly<Record<string, OrgKind>> = {
  sandbox: 'sandbox',
  scratch: 'scratch',
  develop: 'developer',
  trailblaze: 'trailhead',
  demo: 'demo',
  patch: 'patch',
  free: 'free',
}

/** Told by the host alone (auth.md §1): sandboxes without enhanced domains are known by the two dashes of their name. */
export function kindOfOrg(address: string): OrgKind {
  const url = new URL(address)
  if (isLoopback(url)) return 'local'
  const [name = '', second = ''] = url.hostname.split('.')
  const kind = Object.hasOwn(PARTITIONS, second) ? PARTITIONS[second] : undefined
  if (kind !== undefined) return kind
  return name === 'test' || name.includes('--') ? 'sandbox' : 'production'
}

/** The path of a link that a reply contained; the host it names is never used. */
export function pathOfLink(link: string, instanceUrl: string): string {
  const url = URL.canParse(link, instanceUrl) ? new URL(link, instanceUrl) : undefined
  if (!url?.pathname.startsWith('/services/'))
    throw refused('A reply linked to something that is not a Salesforce service')
  return url.pathname + url.search
}

export function isLoopback(url: URL): boolean {
  return (
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    (/^127(?:\.\d{1,3}){3}$/u.test(url.hostname) || url.hostname === 'localhost' || url.hostname === '[::1]')
  )
}

function isSalesforce(url: URL): boolean {
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    SALESFORCE_DOMAINS.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`))
  )
}

function parse(text: string, what: string): URL {
  if (URL.canParse(text)) return new URL(text)
  throw refused(`${what} is not a URL`)
}

function refused(why: string): MhError {
  return new MhError(
    'SF_HOST_REFUSED',
    `${why}.`,
    'Set SF_LOGIN_URL to https://login.salesforce.com, https://test.salesforce.com or your My Domain (https://example.my.salesforce.com).',
  )
}
