import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import type { Running } from './cli.js'

/** The browser in which the admin page is tried, where one is named; without it those tests are left out. CI names it. */
export const CHROMIUM = process.env.MH_SF_TEST_CHROMIUM

const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const OFFLINE = ['--disable-component-update', '--disable-sync']

/** A browser without a screen. As root it does without its sandbox: it sees our own pages only. */
export async function aBrowser(executablePath = CHROMIUM): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...QUIET, ...OFFLINE] })
}

/** The link that a `dashboard` prints. */
export async function linkOf({ stderr }: Running): Promise<string> {
  let told = ''
  for await (const chunk of stderr) {
    told += String(chunk)
    const [, link] = /Dashboard (http:\S+)\n/u.exec(told) ?? []
    if (link !== undefined) return link
  }
  throw new Error(`no link in: ${told}`)
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds on a page, as lines; of all rules, or of these. It is evaluated, not loaded, so the policy of the page stays as it is. */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'))
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) }
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}
