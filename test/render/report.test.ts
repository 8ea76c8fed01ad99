import { createHash } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { SyntaxValidator } from 'fast-xml-validator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reportOf, type ReportFacts } from '../../src/domain/weekly-report.js'
import { columnChart, lineChart } from '../../src/render/chart.js'
import { percent } from '../../src/render/printable.js'
import { reportHtml } from '../../src/render/report-html.js'
import { reportDigest, reportMarkdown, reportSubject } from '../../src/render/report-markdown.js'
import { eventsCsv } from '../../src/render/spreadsheets.js'
import { anEvent, someFacts } from '../support/a-report.js'
import { widthOf } from '../support/columns.js'

const HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">[x](javascript:1) | a `b` *c* </svg></style>'
const hostile = () =>
  someFacts({
    figures: { ...someFacts().figures, events: [anEvent({ event: { id: 'e', name: HOSTILE, slug: HOSTILE } })] },
  })
const html = (facts: ReportFacts = someFacts()) => reportHtml(reportOf(facts))
const markdown = (facts: ReportFacts = someFacts()) => reportMarkdown(reportOf(facts))
/** Text and attributes of a page as one line, without its style. */
const words = (page: string) =>
  page
    .replace(/<style>[\s\S]*<\/style>/u, '')
    .replace(/<[^>]*>/gu, ' ')
    .replace(/\s+/gu, ' ')

/** Each figure where it is looked for, in both forms that people read. */
const FIGURES: readonly (readonly [what: string, inPage: string, inMarkdown: string])[] = [
  ['sync success', 'Sync success 99.6 %', '**Sync success: 99.6 %**'],
  ['what it was before', '90 % in the 7 days before', '90 % in the 7 days before'],
  ['enrichment coverage', 'Enrichment coverage 83.3 %', '**Enrichment coverage: 83.3 %**'],
  ['customers who came', 'Customers engaged 47', '**Customers engaged: 47**'],
  ['new leads', 'New leads 21', '**New leads: 21**'],
  ['API calls', 'API calls 301', '**API calls: 301**'],
  ['lookups', 'Lookups 490 ms', '**Lookups: 490 ms**'],
  ['the median of lookups', '150 ms for half of them', '150 ms for half of them'],
  [
    'an event',
    'Winter Hackathon 28 November 2026 200 75 % 149 61 47',
    '|    200 |   150 |  75 % |     149 |        61 |   47 |',
  ],
  ['who came of a tier', '97 17 of 22', '17 of 22'],
  [
    'a cause',
    'STATUS_NOT_KEPT CampaignMember: the campaign lacks the status 31 29',
    'CampaignMember: 31 changes, 29 people',
  ],
  ['that it still stands', 'still stands mh-sf retry', 'still stands: `mh-sf retry`'],
  ['that another was mended', 'mended since', 'mended since'],
  [
    'a day',
    '2026-11-25 1,102 31 2 4 42 2 490 ms',
    '| 2026-11-25 |   1,102 |      31 |     2 |    4 |        42 |       2 | 490 ms |',
  ],
  ['a night', '2026-11-25 not all well', '| 2026-11-25 | not all well |'],
  ['what is worth doing first', 'First: let an admin add it. mh-sf retry', 'First: let an admin add it.'],
  ['that nobody is named', 'Nobody is named.', 'Nobody is\nnamed.'],
]

describe('the report as a page', () => {
  test.each(FIGURES)('has %s', async (_, expected) => {
    expect(words(await html())).toContain(expected)
  })

  test('shows names from elsewhere as text, whatever they are', async () => {
    const page = await html(hostile())
    expect(page).not.toMatch(/<script|<img|onerror="/u)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.match(/<\/style>/gu)).toHaveLength(1)
  })

  test('runs nothing, loads nothing, and allows its own style alone', async () => {
    const page = await html()
    const style = /<style>([\s\S]*)<\/style>/u.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const [, policy = ''] = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/u.exec(page) ?? []
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    )
    expect(page).not.toMatch(/https?:\/\/|url\(|@import| style=| on\w+=/u)
  })

  test('says a chart in words too', async () => {
    const page = await html()
    expect(page).toMatch(/<svg[^>]*role="img"[^>]*aria-labelledby="changes-title changes-desc"/u)
    expect(page).toContain('Refused: Mon 23: 0, Tue 24: 0, Wed 25: 31,')
  })

  test('is whole when there is nothing to tell', async () => {
    const facts = someFacts({ causes: [], nights: [] })
    const page = words(await html({ ...facts, figures: { ...facts.figures, events: [] } }))
    for (const told of ['Nothing went wrong in these days.', 'No night has run', 'Nobody has been marked as attended'])
      expect(page).toContain(told)
  })
})

describe('the report as Markdown', () => {
  test.each(FIGURES)('has %s', (_, _page, expected) => {
    expect(markdown()).toContain(expected)
  })

  test('can be read as it is in 80 columns', () => {
    expect(widthOf(markdown())).toBeLessThanOrEqual(80)
  })

  test('shows names from elsewhere as text, whatever they are', () => {
    const text = markdown(hostile())
    expect(text).toContain('\\<script\\>alert(1)\\</script\\>')
    expect(text).toContain('\\[x\\](javascript:1) \\| a \\`b\\` \\*c\\*')
  })

  test('has a digest for chats, without tables', () => {
    const digest = reportDigest(reportOf(someFacts()))
    expect(digest).toContain('Sync success: 99.6 % (7,721 of 7,752 changes made; 90 % in the 7 days before)')
    expect(digest).toContain('mh-sf retry')
    expect(digest).not.toContain('|')
  })

  test('says when the days are not whole, or not kept any more', () => {
    const facts = someFacts()
    expect(markdown()).not.toContain('not over yet')
    expect(markdown({ ...facts, madeAt: new Date('2026-11-29T12:00:00Z') })).toContain('The last day is not over yet.')
    expect(markdown({ ...facts, keptSince: new Date('2026-11-24T00:00:00Z') })).toContain('before 24 November 2026')
  })

  test.each([
    ['2026-11-23', '2026-11-30', '23–29 November 2026'],
    ['2026-11-23', '2026-11-24', '23 November 2026'],
    ['2026-10-26', '2026-11-02', '26 October – 1 November 2026'],
    ['2026-12-28', '2027-01-04', '28 December 2026 – 3 January 2027'],
  ])('calls the days from %s up to %s "%s"', (from, to, expected) => {
    const window = { from: new Date(from), to: new Date(to) }
    expect(reportSubject(reportOf(someFacts({ window })))).toBe(`Events and Salesforce, ${expected}`)
  })
})

describe('a chart', () => {
  const chartOf = (made: number[], refused: number[]) => ({
    ...{ id: 'x', title: HOSTILE, description: HOSTILE, labels: made.map((_, at) => `day ${at}`) },
    series: [
      { name: 'made', tone: 't-good', values: made },
      { name: 'refused', tone: 't-bad', values: refused },
    ],
  })
  const parser = new XMLParser({ ignoreAttributes: false, parseAttributeValue: true })
  const rects = (svg: string) =>
    (parser.parse(`<all>${svg}</all>`) as { all: { svg: { rect?: Record<string, number>[] } } }).all.svg.rect ?? []

  test('is well-formed and stays within its frame, whatever its figures are', async () => {
    const figures = fc.array(fc.tuple(fc.nat(2_000_000), fc.nat(500)), { minLength: 1, maxLength: 366 })
    await fc.assert(
      fc.asyncProperty(figures, async (pairs) => {
        const chart = chartOf(
          pairs.map(([made]) => made),
          pairs.map(([, refused]) => refused),
        )
        const columns = (await columnChart(chart)).toString()
        for (const svg of [columns, (await lineChart(chart)).toString()]) {
          SyntaxValidator.validate(svg)
          expect(svg).not.toMatch(/NaN|Infinity|<script/u)
        }
        for (const rect of [rects(columns)].flat()) {
          expect(rect['@_x']).toBeGreaterThanOrEqual(34)
          expect(Number(rect['@_x']) + Number(rect['@_width'])).toBeLessThanOrEqual(354.02)
          expect(rect['@_y']).toBeGreaterThanOrEqual(15)
          expect(Number(rect['@_y']) + Number(rect['@_height'])).toBeLessThanOrEqual(152.02)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('draws twice as much twice as high', async () => {
    const [one, other] = rects((await columnChart(chartOf([10, 20], [0, 0]))).toString())
    expect(other?.['@_height']).toBeCloseTo(2 * (one?.['@_height'] ?? 0))
  })
})

test('the events for a spreadsheet have a row each, with who came by tier', () => {
  const [head, row] = eventsCsv([anEvent()]).split('\r\n')
  expect(head).toContain('Customers,Customers came,Came: enterprise,')
  expect(row).toBe('Winter Hackathon,winter,,2026-11-28,200,150,40,6,0,3,1,0.75,,149,61,47,17,0,0,0,80')
})

test.each([
  [1, '100 %'],
  [0.9999, '99.9 %'],
  [0.5, '50 %'],
  [0.0001, '0.1 %'],
  [0, '0 %'],
])('a share of %d is %s', (share, expected) => {
  expect(percent(share)).toBe(expected)
})
