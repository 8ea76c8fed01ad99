import type { Channel } from './channel.js'
import { post } from './post.js'
import { webhookAddress } from './webhook-address.js'

/** The longest text that Slack takes; what is longer it cuts by itself, without saying so (docs.slack.dev, "Truncating content"). */
const LONGEST = 40_000

/** A Slack incoming webhook, or one of those that take the same, as Mattermost's: `{"text": …}`. */
export function slackChannel(address: string): Channel {
  const settings = 'SLACK_WEBHOOK_URL'
  const url = webhookAddress(settings, address)
  return {
    name: 'slack',
    to: url.host,
    settings,
    send: ({ subject, text }, signal) =>
      post(url, JSON.stringify({ text: cut(`*${escaped(subject)}*\n${escaped(text)}`) }), {}, signal),
  }
}

/** The three characters that mean something to Slack wherever they stand: a `<!channel>` in somebody's data must call nobody. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}
