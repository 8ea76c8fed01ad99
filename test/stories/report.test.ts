import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aMailServer, aReceiver, isSigned, type MailServer, type Receiver } from '../support/receiver.js'
import { faultsOf } from '../support/schemas.js'
import { aWorld, type World } from '../support/world.js'

const SECRET = 'a secret of thirty-two characters'
const today = () => ['--to', new Date().toISOString().slice(0, 10)]

interface Message {
  subject: string
  text: string
  data: { report: object }
}

describe('the weekly report', () => {
  let world: World
  let webhook: Receiver
  let mail: MailServer
  const run = (...args: string[]) => world.user.run('report', 'weekly', ...today(), ...args)
  beforeAll(async () => {
    ;[world, webhook, mail] = await Promise.all([aWorld({ participants: 120 }), aReceiver(), aMailServer()])
    await world.user.run('backfill', '--event', 'spring-2026', '--quiet')
  })
  afterAll(() => Promise.all([world.close(), webhook.close(), mail.close()]))

  test('is read in a terminal, kept as a page, and never written over what is there', async () => {
    const asked = world.org.requests.total
    const { stdout, exitCode } = await run()
    expect({ stdout, exitCode }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/Sync success: 100 %/u) as string,
    })
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const page = join(world.user.home, 'week.html')
    expect(await run('--out', page)).toMatchObject({ exitCode: 0, stdout: '' })
    const text = readFileSync(page, 'utf8')
    expect(text).toContain('MongoDB Spring Hackathon 2026')
    expect(await run('--out', page)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--force') as string,
    })
    expect(readFileSync(page, 'utf8')).toBe(text)
    expect(world.org.requests.total).toBe(asked)
    const emails = await world.db.collection('participants').distinct('email')
    expect(emails.filter((email) => typeof email === 'string' && email.length > 5 && text.includes(email))).toEqual([])
  })

  test('is sent to everybody who is configured, and says how when nobody is', async () => {
    const lonely = await run('--send')
    expect(lonely).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('SMTP_URL') as string })
    const told = world.another({
      ...{ ALERT_WEBHOOK_URL: webhook.url, ALERT_WEBHOOK_SECRET: SECRET, SMTP_URL: `smtp://${mail.address}` },
    })
    const people = { from: 'mh-sf@mongohacks.example', to: ['head-of-marketing@mongohacks.example'] }
    writeFileSync(join(told.home, 'mh-sf.config.json'), JSON.stringify({ notify: { email: people } }))
    const sent = await told.run('report', 'weekly', ...today(), '--send', '--quiet')
    expect(sent).toEqual({ stdout: '', stderr: '', exitCode: 0 })
    const [received] = webhook.received
    expect(isSigned(received?.body ?? '', received?.headers['mh-sf-signature'], SECRET)).toBe(true)
    const message = JSON.parse(received?.body ?? '{}') as Message
    expect(message.subject).toMatch(/^Events and Salesforce, /u)
    expect(message.text).toContain('Sync success: 100 %')
    expect(faultsOf('report weekly', message.data.report)).toEqual([])
    expect(mail.letters.map(({ to }) => to)).toEqual([people.to])
    expect(mail.letters[0]?.raw).toMatch(/Content-Type: text\/html/u)
  })
})
