import { afterEach, describe, expect, test } from 'vitest'
import type { MhError } from '../../src/errors.js'
import { configuredChannels } from '../../src/notify/configured-channels.js'
import { deliver, type Delivery } from '../../src/notify/deliver.js'
import { impatientClock } from '../support/an-org.js'
import { aMailServer, aReceiver, isSigned, type MailServer, type Receiver } from '../support/receiver.js'

const SECRET = 'a-secret-that-both-sides-know'
const MESSAGE = { subject: 'CRITICAL: 96 % of the quota', text: 'used <up> & gone', json: { rule: 'quota' } }
const EMAIL = { from: 'mh-sf@mongohacks.example', to: ['ada@mongohacks.example', 'bo@mongohacks.example'] }

const open: { close: () => Promise<void> }[] = []
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())))
async function receiver(): Promise<Receiver> {
  const made = await aReceiver()
  open.push(made)
  return made
}
async function mailServer(...given: Parameters<typeof aMailServer>): Promise<MailServer> {
  const made = await aMailServer(...given)
  open.push(made)
  return made
}

const tell = (environment: Record<string, string>, tools: Partial<Parameters<typeof deliver>[2]> = {}) =>
  deliver(configuredChannels({ environment, policy: { notify: { email: EMAIL } } }), MESSAGE, {
    clock: impatientClock(),
    signal: new AbortController().signal,
    ...tools,
  })
const errorOf = ([delivery]: Delivery[]): MhError => {
  if (!delivery?.error) throw new Error('it arrived')
  return delivery.error
}

describe('a message', () => {
  test('reaches Slack as text, in which nobody is called and nothing is a link', async () => {
    const slack = await receiver()
    const [delivery] = await tell({ SLACK_WEBHOOK_URL: `${slack.url}/services/T0/B0/secret` })
    expect(delivery).toEqual({ channel: 'slack', to: new URL(slack.url).host, answer: '200 ok' })
    const [got] = slack.received
    expect(got?.path).toBe('/services/T0/B0/secret')
    expect(JSON.parse(got?.body ?? '')).toEqual({
      text: '*CRITICAL: 96 % of the quota*\nused &lt;up&gt; &amp; gone',
    })
  })

  test('reaches a webhook signed, so that another body, another secret and an old time are found out', async () => {
    const hook = await receiver()
    await tell({ ALERT_WEBHOOK_URL: hook.url, ALERT_WEBHOOK_SECRET: SECRET })
    const { body = '', headers = {} } = hook.received[0] ?? {}
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/u) as string,
      sentAt: expect.any(String) as string,
      subject: MESSAGE.subject,
      text: MESSAGE.text,
      data: { rule: 'quota' },
    })
    const signature = headers['mh-sf-signature']
    expect(isSigned(body, signature, SECRET)).toBe(true)
    expect(isSigned(`${body} `, signature, SECRET)).toBe(false)
    expect(isSigned(body, signature, 'another secret')).toBe(false)
    expect(isSigned(body, signature, SECRET, Date.now() + 3_600_000)).toBe(false)
  })

  test('reaches everybody by mail, as text and as HTML', async () => {
    const post = await mailServer()
    const channels = configuredChannels({
      environment: { SMTP_URL: `smtp://${post.address}` },
      policy: { notify: { email: EMAIL } },
    })
    const tools = { clock: impatientClock(), signal: new AbortController().signal }
    const [delivery] = await deliver(channels, { ...MESSAGE, html: '<b>96 %</b>' }, tools)
    expect(delivery).toEqual({ channel: 'email', to: '2 recipients by 127.0.0.1', answer: '250 taken for 2 of 2' })
    expect(post.letters).toMatchObject([{ from: EMAIL.from, to: EMAIL.to }])
    for (const part of ['Subject: CRITICAL: 96 % of the quota', 'used <up> & gone', '<b>96 %</b>', 'auto-generated'])
      expect(post.letters[0]?.raw).toContain(part)
  })

  test('is tried again a little where that may help, and is known for the same', async () => {
    const hook = await receiver()
    hook.answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '7' } })
    const clock = impatientClock()
    const [delivery] = await tell({ ALERT_WEBHOOK_URL: hook.url, ALERT_WEBHOOK_SECRET: SECRET }, { clock })
    expect(delivery?.answer).toBe('200 ok')
    expect(clock.slept).toEqual([1_000, 7_000])
    const ids = hook.received.map(({ body }) => (JSON.parse(body) as { id: string }).id)
    expect(new Set(ids).size).toBe(1)
    expect(ids).toHaveLength(3)
  })

  test.each<[string, { status: number; text?: string; headers?: Record<string, string> }, number, string]>([
    ['that is refused is not sent again', { status: 404, text: 'no_service' }, 1, 'answered 404 no_service'],
    ['is not sent on', { status: 302, headers: { location: 'http://elsewhere.example/' } }, 1, 'answered 302'],
    ['is given up after three tries', { status: 500, text: '<html>broken</html>' }, 3, 'answered 500'],
    ['does not wait for an hour', { status: 429, headers: { 'retry-after': '3600' } }, 1, 'answered 429'],
  ])('%s, and its address is told to nobody', async (_name, answer, tries, told) => {
    const slack = await receiver()
    slack.answers.push(answer, answer, answer)
    const error = errorOf(await tell({ SLACK_WEBHOOK_URL: `${slack.url}/services/T0/B0/secret` }))
    expect(error).toMatchObject({ code: 'NOTIFY_FAILED', exitCode: 1 })
    expect(error.message).toBe(`The message by slack did not arrive: ${new URL(slack.url).host} ${told}.`)
    expect(error.hint).toBe('Check SLACK_WEBHOOK_URL, then: mh-sf alerts test')
    expect(slack.received).toHaveLength(tries)
  })

  test('is given up when nobody listens, and when nobody answers', async () => {
    const slack = await receiver()
    await slack.close()
    const error = errorOf(await tell({ SLACK_WEBHOOK_URL: slack.url }))
    expect(error.message).toContain('could not be reached (ECONNREFUSED)')
    const silent = await receiver()
    silent.answers.push('silent', 'silent', 'silent')
    const late = errorOf(await tell({ SLACK_WEBHOOK_URL: silent.url }, { patienceMs: 1_000 }))
    expect(late.message).toContain('did not answer within 1 s')
    expect(silent.received).toHaveLength(3)
  })

  test.each<[string, number, number]>([
    ['again when the mail server is busy', 451, 3],
    ['once when it refuses', 550, 1],
  ])(
    'by mail is tried %s; what the server says of an address is told to nobody',
    async (_name, responseCode, tries) => {
      let asked = 0
      const post = await mailServer({
        onRcptTo: ({ address }, _session, done) => {
          if (address === EMAIL.to[0]) asked++
          done(Object.assign(new Error(`no such person: ${address}`), { responseCode }))
        },
      })
      const error = errorOf(await tell({ SMTP_URL: `smtp://${post.address}` }))
      expect(error.message).toBe(
        `The message by email did not arrive: the mail server at 127.0.0.1 did not take it (EENVELOPE ${responseCode}).`,
      )
      expect(asked).toBe(tries)
    },
  )

  test('by mail is not sent where the login is refused, and the password is told to nobody', async () => {
    const post = await mailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        done(Object.assign(new Error('wrong'), { responseCode: 535 }))
      },
    })
    const error = errorOf(await tell({ SMTP_URL: `smtp://ada:pass%40word@${post.address}` }))
    expect(error.message).toContain('did not take it (EAUTH 535)')
    expect(JSON.stringify(error) + error.message).not.toContain('word')
  })

  test('by mail is not given to a server whose certificate nobody vouches for, nor is the password', async () => {
    let logins = 0
    const post = await mailServer({
      secure: true,
      onAuth: (_auth, _session, done) => {
        logins++
        done(null, { user: 'ada' })
      },
    })
    const error = errorOf(await tell({ SMTP_URL: `smtps://ada:password@${post.address}` }))
    expect(error.message).toContain('the mail server at 127.0.0.1 did not take it (')
    expect({ logins, letters: post.letters }).toEqual({ logins: 0, letters: [] })
  })

  test('still reaches one channel when another does not work', async () => {
    const [slack, hook] = [await receiver(), await receiver()]
    slack.answers.push({ status: 403 })
    const deliveries = await tell({
      SLACK_WEBHOOK_URL: slack.url,
      ALERT_WEBHOOK_URL: hook.url,
      ALERT_WEBHOOK_SECRET: SECRET,
    })
    expect(deliveries.map(({ channel, answer, error }) => [channel, answer ?? error?.code])).toEqual([
      ['slack', 'NOTIFY_FAILED'],
      ['webhook', '200 ok'],
    ])
  })

  test('ends with the command that sends it', async () => {
    const silent = await receiver()
    silent.answers.push('silent')
    const stop = new AbortController()
    const telling = tell({ SLACK_WEBHOOK_URL: silent.url }, { signal: stop.signal })
    stop.abort(new Error('interrupted'))
    await expect(telling).rejects.toThrow('interrupted')
  })
})

describe('a channel', () => {
  test.each<[string, Record<string, string>, string]>([
    ['without TLS', { SLACK_WEBHOOK_URL: 'http://hooks.example.com/x' }, 'SLACK_WEBHOOK_URL is not an address'],
    [
      'with a password',
      { SLACK_WEBHOOK_URL: 'https://a:b@hooks.example.com/x' },
      'SLACK_WEBHOOK_URL is not an address',
    ],
    ['that is no address', { SLACK_WEBHOOK_URL: 'hooks' }, 'SLACK_WEBHOOK_URL is not an address'],
    ['without a secret', { ALERT_WEBHOOK_URL: 'https://hooks.example.com/x' }, 'needs an ALERT_WEBHOOK_SECRET'],
    [
      'with a short secret',
      { ALERT_WEBHOOK_URL: 'https://hooks.example.com/x', ALERT_WEBHOOK_SECRET: 'short' },
      'needs an ALERT_WEBHOOK_SECRET',
    ],
    ['that is no mail server', { SMTP_URL: 'https://smtp.example.com' }, 'SMTP_URL is not the address'],
  ])('%s is refused before anything is sent, without its address', async (_name, environment, told) => {
    const error = errorOf(await tell(environment))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    expect(error.message).toContain(told)
    expect(error.message).not.toContain('example.com')
  })

  test('for mail needs somebody who writes and somebody who is written to', async () => {
    const [channel] = configuredChannels({
      environment: { SMTP_URL: 'smtps://smtp.example.com' },
      policy: { notify: { email: { to: [] } } },
    })
    const outgoing = { ...MESSAGE, id: '1', at: new Date() }
    await expect(channel?.send(outgoing, AbortSignal.timeout(1_000))).rejects.toThrow('who writes to whom')
  })

  test('there is none unless somebody has configured one', () => {
    expect(configuredChannels({ environment: {}, policy: { notify: { email: EMAIL } } })).toEqual([])
  })
})
