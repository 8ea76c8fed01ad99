import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkInstanceUrl, checkLoginUrl, pathOfLink } from '../../src/salesforce/hosts.js'

const refusal: unknown = expect.objectContaining({ code: 'SF_HOST_REFUSED' })
const LOGIN = 'https://login.salesforce.com'
const INSTANCE = 'https://acme.my.salesforce.com'
const LOOPBACK = 'http://127.0.0.1:8080'

const salesforce: [string, string][] = [
  ['https://login.salesforce.com', 'https://login.salesforce.com'],
  ['https://login.salesforce.com/', 'https://login.salesforce.com'],
  ['https://test.salesforce.com/services/oauth2/token?x=1', 'https://test.salesforce.com'],
  ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
  ['https://acme--uat.sandbox.my.salesforce.com', 'https://acme--uat.sandbox.my.salesforce.com'],
  ['https://acme-dev-ed.develop.my.salesforce.com', 'https://acme-dev-ed.develop.my.salesforce.com'],
  ['HTTPS://LOGIN.SALESFORCE.COM', 'https://login.salesforce.com'],
  ['https://login.salesforce.com:443', 'https://login.salesforce.com'],
  ['  https://login.salesforce.com\n', 'https://login.salesforce.com'],
  ['https://acme.lightning.force.com', 'https://acme.lightning.force.com'],
  ['https://acme.my.salesforce.mil', 'https://acme.my.salesforce.mil'],
  ['https://login.sfcrmproducts.cn', 'https://login.sfcrmproducts.cn'],
  // The URL's own rules turn full-width letters into plain ones: the host that is reached is Salesforce's.
  ['https://login.ｓalesforce.com', 'https://login.salesforce.com'],
]

const elsewhere: [string, string][] = [
  ['a domain that begins like one', 'https://acme.my.salesforce.com.evil.example'],
  ['a domain that ends like one', 'https://evilsalesforce.com'],
  ['a domain with one inside', 'https://salesforce.com.co'],
  ['an encoded dot', 'https://login.salesforce.com%2eevil.example'],
  ['a letter that looks like one', 'https://login.ѕalesforce.com'],
  ['http', 'http://login.salesforce.com'],
  ['another protocol', 'ftp://login.salesforce.com'],
  ['a port', 'https://login.salesforce.com:8443'],
  ['a user', 'https://user@login.salesforce.com'],
  ['a password', 'https://:secret@login.salesforce.com'],
  ['Salesforce as a user of another host', 'https://login.salesforce.com@evil.example'],
  ['a backslash that hides the host', 'https://evil.example\\@login.salesforce.com'],
  ['a trailing dot', 'https://login.salesforce.com.'],
  ['an IP', 'https://136.146.1.1'],
  ['an IPv6 address', 'https://[2001:db8::1]'],
  ['a file', 'file:///etc/passwd'],
  ['a script', 'javascript:alert(1)'],
  ['no protocol', 'login.salesforce.com'],
  ['nothing', ''],
  ['only a host', '//login.salesforce.com'],
]

const loopback: [string, string][] = [
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://127.1.2.3', 'http://127.1.2.3'],
  ['http://localhost:3000/x', 'http://localhost:3000'],
  ['http://LOCALHOST', 'http://localhost'],
  ['https://[::1]:8443', 'https://[::1]:8443'],
  ['http://2130706433', 'http://127.0.0.1'],
]

const nearLoopback: [string, string][] = [
  ['all interfaces', 'http://0.0.0.0:8080'],
  ['a neighbour', 'http://192.168.0.1'],
  ['a name that begins like one', 'http://127.0.0.1.evil.example'],
  ['a name that ends like one', 'http://evil.localhost'],
  ['a trailing dot', 'http://localhost.'],
  ['a user', 'http://user@127.0.0.1'],
  ['a password', 'http://:secret@127.0.0.1'],
  ['IPv4 inside IPv6', 'http://[::ffff:127.0.0.1]'],
  ['another protocol', 'ftp://127.0.0.1'],
]

describe('a login goes to Salesforce', () => {
  test.each(salesforce)('%j is allowed', (url, origin) => {
    expect(checkLoginUrl(url)).toBe(origin)
  })

  test.each(elsewhere)('%s is refused: %s', (_, url) => {
    expect(() => checkLoginUrl(url)).toThrow(refusal)
  })
})

describe('a login goes to a loopback address when somebody configured it', () => {
  test.each(loopback)('%j is allowed', (url, origin) => {
    expect(checkLoginUrl(url)).toBe(origin)
  })

  test.each(nearLoopback)('%s is refused: %s', (_, url) => {
    expect(() => checkLoginUrl(url)).toThrow(refusal)
  })
})

describe('the token goes', () => {
  test.each(salesforce)('to Salesforce after a login there: %j', (url, origin) => {
    expect(checkInstanceUrl(url, LOGIN)).toBe(origin)
  })

  test.each([...elsewhere.map(([, url]) => url), ...loopback.map(([url]) => url)])('nowhere else: %j', (url) => {
    expect(() => checkInstanceUrl(url, LOGIN)).toThrow(refusal)
  })

  test.each(loopback)('only to loopback after a login at loopback: %j', (url, origin) => {
    expect(checkInstanceUrl(url, LOOPBACK)).toBe(origin)
  })

  test.each([...salesforce.map(([url]) => url), ...nearLoopback.map(([, url]) => url)])(
    'nowhere else after a login at loopback: %j',
    (url) => {
      expect(() => checkInstanceUrl(url, LOOPBACK)).toThrow(refusal)
    },
  )

  test('never to another host than a Salesforce one, whatever the host is called', () => {
    const host = fc.webUrl({ withQueryParameters: true, validSchemes: ['http', 'https'] })
    fc.assert(
      fc.property(host, (url) => {
        expect(() => checkInstanceUrl(url, LOGIN)).toThrow(refusal)
      }),
    )
  })

  test('and a refusal tells the address and the fix, but no secret that stood in it', () => {
    expect(() => checkInstanceUrl('https://u:canary@evil.example', LOGIN)).toThrow(
      expect.objectContaining({
        message:
          'The login at https://login.salesforce.com named https://evil.example as the org, which is not an address the token may go to.',
        hint: expect.stringContaining('SF_LOGIN_URL') as unknown,
      }),
    )
  })
})

describe('of a link in a reply only the path is used', () => {
  test.each([
    ['a path', '/services/data/v66.0/query/01g-2000', '/services/data/v66.0/query/01g-2000'],
    ['its query', '/services/data/v66.0/query?q=SELECT+Id', '/services/data/v66.0/query?q=SELECT+Id'],
    ['not its fragment', '/services/data/v66.0/limits#x', '/services/data/v66.0/limits'],
    ['not its host', 'https://evil.example/services/data/v66.0/query/01g', '/services/data/v66.0/query/01g'],
    ['not its host without a protocol', '//evil.example/services/data/', '/services/data/'],
    ['not its user', 'https://u:p@evil.example/services/data/', '/services/data/'],
  ])('%s', (_, link, path) => {
    expect(pathOfLink(link, INSTANCE)).toBe(path)
  })

  test.each([
    ['another path', '/other'],
    ['a path that begins alike', '/servicesx/data'],
    ['a path that climbs out', '/services/../other'],
    ['a path that climbs out, encoded', '/services/%2e%2e/other'],
    ['another host without such a path', 'https://evil.example/'],
    ['a host called services', '//services/data'],
    ['a host behind backslashes', '\\\\services\\data'],
    ['nothing', ''],
    ['what is no URL', 'https://'],
  ])('%s is refused: %s', (_, link) => {
    expect(() => pathOfLink(link, INSTANCE)).toThrow(refusal)
  })

  test('never leads to another host, whatever the link', () => {
    const link = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.string().map((text) => `//${text}`),
      fc.string().map((text) => `/services/${text}`),
    )
    fc.assert(
      fc.property(link, (text) => {
        try {
          const path = pathOfLink(text, INSTANCE)
          expect(new URL(INSTANCE + path).origin).toBe(INSTANCE)
          expect(path).toMatch(/^\/services\//u)
        } catch (error) {
          expect(error).toEqual(refusal)
        }
      }),
    )
  })
})
