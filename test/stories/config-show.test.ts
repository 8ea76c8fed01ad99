import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { aUser } from '../support/cli.js'

describe('config show', () => {
  const user = aUser({ SF_USERNAME: 'ops@example.com', SF_PASSWORD: 'canary-password' })
  afterAll(() => {
    user.forget()
  })

  test('says where each value comes from, connects to nothing, and shows no secret', async () => {
    writeFileSync(
      join(user.home, '.env'),
      'MONGODB_URI=mongodb://me:canary-mongo@db.example/hackathon\nSF_USERNAME=other@example.com\n',
    )
    writeFileSync(
      join(user.home, '.env.local'),
      [
        'SF_CAMPAIGN_SPRING=7015e0000000001',
        'SLACK_WEBHOOK_URL=https://hooks.slack.com/services/canary',
        'ALERT_WEBHOOK_URL=https://hooks.example.com/canary',
        'ALERT_WEBHOOK_SECRET=canary-of-sixteen',
        'SMTP_URL=smtps://me:canary@smtp.example.com',
      ].join('\n'),
    )
    const file = { campaign: { memberStatuses: { no_show: { label: 'Did not come' } } } }
    writeFileSync(join(user.home, 'mh-sf.config.json'), JSON.stringify(file))
    const { stdout, exitCode } = await user.run('config', 'show', '--json')
    const { settings } = JSON.parse(stdout) as { settings: { name: string; value: string; from: string }[] }
    const of = (name: string) => settings.find((each) => each.name === name)
    expect(exitCode).toBe(0)
    expect(of('SF_USERNAME')).toMatchObject({ value: 'ops@example.com', from: 'environment' })
    expect(of('SF_CAMPAIGN_SPRING')).toMatchObject({ value: '7015e0000000001', from: '.env.local' })
    expect(of('MONGODB_URI')).toMatchObject({
      value: 'mongodb://(user and password)@db.example/hackathon',
      from: '.env',
    })
    expect(of('campaign.memberStatuses.no_show.label')).toMatchObject({
      value: 'Did not come',
      from: join(user.home, 'mh-sf.config.json'),
    })
    expect(of('campaign.memberStatuses.no_show.hasResponded')).toMatchObject({ value: 'false', from: 'default' })
    for (const name of ['SLACK_WEBHOOK_URL', 'ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET', 'SMTP_URL'])
      expect(of(name)).toMatchObject({ value: '(set, not shown)', from: '.env.local' })
    expect(stdout).not.toContain('canary')
    const text = await user.run('config', 'show')
    expect(text.stdout).toContain('(set, not shown)')
    expect(text.stdout + text.stderr).not.toContain('canary')
    for (const line of text.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
