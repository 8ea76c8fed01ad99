import { MhError } from '../errors.js'
import type { Channel, ChannelName } from './channel.js'
import { emailChannel, type EmailPolicy } from './email.js'
import { slackChannel } from './slack.js'
import { webhookChannel } from './webhook.js'

/** What says whom to tell: secrets by the environment, people by the config file. */
export interface NotifySettings {
  environment: Readonly<Record<string, string | undefined>>
  policy: { notify: { email: EmailPolicy } }
}

/** Every channel that is configured. One whose settings are wrong is there too and fails by them, so that the others still tell. */
export function configuredChannels({ environment, policy }: NotifySettings): Channel[] {
  const { SLACK_WEBHOOK_URL: slack, ALERT_WEBHOOK_URL: webhook, SMTP_URL: smtp } = environment
  return [
    ...(slack === undefined ? [] : [orWrong('slack', 'SLACK_WEBHOOK_URL', () => slackChannel(slack))]),
    ...(webhook === undefined
      ? []
      : [orWrong('webhook', 'ALERT_WEBHOOK_URL', () => webhookChannel(webhook, environment.ALERT_WEBHOOK_SECRET))]),
    ...(smtp === undefined ? [] : [orWrong('email', 'SMTP_URL', () => emailChannel(smtp, policy.notify.email))]),
  ]
}

/** The error for whoever wants to tell somebody and has no channel. */
export function noChannel(): MhError {
  return new MhError(
    'CONFIG_MISSING',
    'Nobody is to be told anything: no channel is configured.',
    'Set SLACK_WEBHOOK_URL, or ALERT_WEBHOOK_URL with ALERT_WEBHOOK_SECRET, or SMTP_URL with notify.email (docs/alerts.md), then: mh-sf alerts test',
  )
}

function orWrong(name: ChannelName, settings: string, open: () => Channel): Channel {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof MhError)) throw error
    return { name, to: 'nobody', settings, wrong: error, send: () => Promise.reject(error) }
  }
}
