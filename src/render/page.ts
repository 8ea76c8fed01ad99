import { html, raw } from 'hono/html'
import type { Html } from './chart.js'
import { REPORT_POLICY, REPORT_STYLE } from './report-style.js'

/** Its hash stands in the policy: not a blank more. */
const STYLE = raw(`<style>${REPORT_STYLE}</style>`)

/** A page that needs nothing else: no script, nothing from outside, every value as text; to be read in a browser, by mail or on paper. */
export async function page(title: string, heading: string, content: Html): Promise<string> {
  const whole = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <header>
            <p class="kicker">MongoHacks events and Salesforce</p>
            <h1>${heading}</h1>
          </header>
          ${content}
        </main>
      </body>
    </html> `
  return whole.toString()
}
