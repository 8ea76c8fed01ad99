import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { reportOf } from '../../src/domain/weekly-report.js'
import { reportHtml } from '../../src/render/report-html.js'
import { anEvent, someFacts } from '../support/a-report.js'
import { aBrowser, CHROMIUM, axeFindings } from '../support/browser.js'

const LOOKS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 375, colorScheme: 'light' },
  { width: 375, colorScheme: 'dark' },
] as const

describe.runIf(CHROMIUM)('the report in a browser', () => {
  let browser: Browser
  let text: string
  const opened = async (look: (typeof LOOKS)[number], html = text): Promise<Page> => {
    const { width, colorScheme } = look
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    await page.setContent(html)
    return page
  }
  beforeAll(async () => {
    const event = { id: 'e', name: '<script>document.title = "taken"</script><b>Winter</b>' }
    const figures = { ...someFacts().figures, events: [anEvent(), anEvent({ event })] }
    ;[browser, text] = await Promise.all([aBrowser(), reportHtml(reportOf(someFacts({ figures })))])
  })
  afterAll(() => browser.close())

  test.each(LOOKS)('has nothing that axe minds, and fits, at $width pixels in $colorScheme', async (look) => {
    const page = await opened(look)
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width)
    const ink = await page.evaluate<string>('getComputedStyle(document.body).color')
    expect(ink).toBe(look.colorScheme === 'dark' ? 'rgb(238, 244, 241)' : 'rgb(0, 30, 43)')
    await page.close()
  })

  test('shows a name as text, and would run nothing even where somebody had put it in', async () => {
    const page = await opened(LOOKS[0])
    expect(await page.getByText('<b>Winter</b>').count()).toBeGreaterThan(0)
    const taken = text.replace('</main>', '<script>document.title = "taken"</script></main>')
    const other = await opened(LOOKS[0], taken)
    expect([await page.title(), await other.title()]).toEqual(
      Array(2).fill('Events and Salesforce, 23–29 November 2026'),
    )
  })
})
