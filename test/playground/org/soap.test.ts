import { Connection } from '../../support/jsforce.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../src/playground/org/settings.js'
import { CLIENT_ID, CLIENT_SECRET, JWT_BEARER, NOON, RunningOrg, USERNAME } from './running-org.js'

const PASSWORD = 'secret & <token>'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

beforeEach(async () => {
  Object.assign(running.org.settings, defaultSettings())
  await running.logIn()
})

/** Sends an envelope as it is; the status and the text that came back. */
const post = async (envelope: string, version = '64.0') => {
  const headers = { 'Content-Type': 'text/xml', SOAPAction: '""' }
  const body = envelope
  const answer = await fetch(`${running.org.url}/services/Soap/u/${version}`, { method: 'POST', headers, body })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

const enveloped = (operation: string, sessionId = 'no-session') =>
  `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com"><e:Header>
  <p:SessionHeader><p:sessionId>${sessionId}</p:sessionId></p:SessionHeader></e:Header><e:Body>${operation}</e:Body></e:Envelope>`

/** The same with a live session. */
const called = (operation: string) => enveloped(operation, running.token)

const fault = (code: string, message: string) => ({
  status: 500,
  text: expect.stringContaining(
    `<faultcode>sf:${code}</faultcode><faultstring>${code}: ${message}</faultstring>`,
  ) as string,
})

describe('an envelope', () => {
  it('is answered with an envelope that carries the usage in its header', async () => {
    const { status, type, text } = await post(called('<p:getServerTimestamp/>'))
    expect([status, type]).toEqual([200, 'text/xml; charset=utf-8'])
    const timestamp = new Date(NOON).toISOString()
    expect(text).toContain(
      `<getServerTimestampResponse><result><timestamp>${timestamp}</timestamp></result></getServerTimestampResponse>`,
    )
    expect(text).toMatch(
      /<LimitInfoHeader><limitInfo><current>\d+<\/current><limit>100000<\/limit><type>API REQUESTS<\/type>/,
    )
  })

  it('counts as one request of the allowance', async () => {
    Object.assign(running.org.settings, { dailyApiRequests: running.org.requests.total + 1000 })
    const used = async () => {
      const { json } = await running.call('GET', '/limits')
      return JSON.stringify(json).match(/"DailyApiRequests":\{"Max":\d+,"Remaining":(\d+)/)?.[1]
    }
    const before = Number(await used())
    await post(called('<p:getServerTimestamp/>'))
    expect(Number(await used())).toBe(before - 2)
  })

  it('is refused once the allowance is used up', async () => {
    running.org.settings.dailyApiRequests = 0
    expect(await post(called('<p:getServerTimestamp/>'))).toMatchObject(
      fault('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
    )
  })

  it.each([
    ['no XML', 'hello'],
    ['a tag that is not closed', enveloped('<p:getServerTimestamp>')],
    ['no operation', enveloped('')],
    [
      'a DOCTYPE, whatever it declares',
      `<!DOCTYPE e [<!ENTITY n "getServerTimestamp">]>${enveloped('<p:getServerTimestamp/>')}`,
    ],
    ['elements a thousand deep', enveloped('<a>'.repeat(1000) + '</a>'.repeat(1000))],
    ['names that would reach into objects', enveloped('<__proto__/>')],
    ['another root than an envelope', '<p><Body><a/></Body></p>'],
  ])('with %s is a fault of the client', async (_, envelope) => {
    const { status, text } = await post(envelope)
    expect(status).toBe(500)
    expect(text).toContain('<soapenv:Fault><faultcode>soapenv:Client</faultcode>')
  })

  it('for an operation that the platform has and the playground lacks is refused by name', async () => {
    const { status, text } = await post(enveloped('<p:describeTabs/>'))
    expect(status).toBe(501)
    expect(text).toContain('<faultstring>NOT_IMPLEMENTED: playground: not implemented: SOAP describeTabs</faultstring>')
  })

  it.each(['makeCoffee', 'toString', 'valueOf'])('for %s is told that there is no such operation', async (name) => {
    const { text } = await post(called(`<p:${name}/>`))
    const told = `No operation available for request {urn:partner.soap.sforce.com}${name}, please check the WSDL`
    expect(text).toContain(`<faultcode>soapenv:Client</faultcode><faultstring>${told}`)
  })

  it.each(['30.0', '69.0', '66', 'x'])('for version %s is refused', async (version) => {
    expect(await post(called('<p:getServerTimestamp/>'), version)).toMatchObject(
      fault('UNSUPPORTED_API_VERSION', 'Invalid Api version specified on URL'),
    )
  })

  it('with a dead session is a fault that clients know, whatever the data API says', async () => {
    const { status, text } = await post(enveloped('<p:getUserInfo/>'))
    expect(status).toBe(500)
    expect(text).toContain('<faultcode>sf:INVALID_SESSION_ID</faultcode>')
    expect(text).toContain('<sf:exceptionCode>INVALID_SESSION_ID</sf:exceptionCode>')
  })
})

describe('login()', () => {
  const login = (username: string, password: string) =>
    `<login xmlns="urn:partner.soap.sforce.com"><username>${username}</username><password>${password}</password></login>`
  const right = login(USERNAME, 'secret &amp; &#60;token>')

  it('is off by default', async () => {
    running.org.settings.password = PASSWORD
    expect(await post(enveloped(right))).toMatchObject(
      fault(
        'INVALID_OPERATION',
        'SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().',
      ),
    )
  })

  it('is not there from version 65 on', async () => {
    Object.assign(running.org.settings, { soapLogin: true, password: PASSWORD })
    const { status, text } = await post(enveloped(right), '65.0')
    expect(status).toBe(500)
    expect(text).toContain('INVALID_OPERATION: The SOAP Login operation is not available in the API version specified')
  })

  it.each([
    ['a wrong password', login(USERNAME, 'wrong')],
    ['an unknown user', login('nobody@mongohacks.example', 'secret &amp; &#60;token>')],
    ['nothing', '<login/>'],
  ])('refuses %s with the same words', async (_, operation) => {
    Object.assign(running.org.settings, { soapLogin: true, password: PASSWORD })
    const { status, text } = await post(enveloped(operation))
    const words = 'Invalid username, password, security token; or user locked out.'
    expect(status).toBe(500)
    expect(text).toContain(`<faultcode>INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: ${words}</faultstring>`)
    expect(text).toContain(
      `<sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode><sf:exceptionMessage>${words}`,
    )
  })
})

describe('jsforce over SOAP', () => {
  const connect = (version: string) => new Connection({ version, loginUrl: running.org.url })

  it('logs in with a password, calls the data API and logs out', async () => {
    Object.assign(running.org.settings, { soapLogin: true, password: PASSWORD })
    const connection = connect('64.0')
    const user = await connection.login(USERNAME, PASSWORD)
    expect(user).toMatchObject({ id: running.org.userId, organizationId: running.org.orgId })
    expect(connection.instanceUrl).toBe(running.org.url)
    expect((await connection.query('SELECT Id FROM User')).totalSize).toBe(1)
    const token = connection.accessToken ?? ''
    await connection.logout()
    expect((await running.call('GET', '/limits', undefined, { Authorization: `Bearer ${token}` })).status).toBe(401)
  })

  it('is told why a login was refused', async () => {
    await expect(connect('64.0').login(USERNAME, PASSWORD)).rejects.toThrow(/SOAP API login\(\) is disabled/)
  })

  it('asks who it is and what time it is with a session of another login', async () => {
    const connection = new Connection({ version: '66.0', oauth2: { loginUrl: running.org.url } })
    await connection.authorize({ grant_type: JWT_BEARER, assertion: running.assertion() })
    expect(await connection.soap.getUserInfo()).toMatchObject({
      userId: running.org.userId,
      organizationId: running.org.orgId,
      userName: USERNAME,
      sessionSecondsValid: 7200,
      orgHasPersonAccounts: false,
    })
    expect(await connection.soap.getServerTimestamp()).toEqual({ timestamp: new Date(NOON).toISOString() })
    await expect(connection.soap.describeTabs()).rejects.toThrow(/playground: not implemented: SOAP describeTabs/)
  })

  it('reads names with signs that XML has a use for', async () => {
    running.org.load('User', [{ Username: 'ampersand@mongohacks.example', LastName: '"O\'Neil" & <Sons>' }])
    running.org.settings.clientCredentialsUser = 'ampersand@mongohacks.example'
    const oauth2 = { loginUrl: running.org.url, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
    const connection = new Connection({ version: '66.0', oauth2 })
    await connection.authorize({ grant_type: 'client_credentials' })
    expect(await connection.soap.getUserInfo()).toMatchObject({ userFullName: '"O\'Neil" & <Sons>' })
  })

  it('sees a dead session as one and refreshes it', async () => {
    const connection = new Connection({
      version: '66.0',
      instanceUrl: running.org.url,
      accessToken: 'dead',
      refreshFn: (_, done) => {
        done(null, running.token)
      },
    })
    expect(await connection.soap.getUserInfo()).toMatchObject({ userName: USERNAME })
  })
})
