import type { App } from '../app/app.js'
import { MhError } from '../errors.js'
import { checkNewFile, writeNewFile } from '../new-file.js'
import { reportWindow } from '../domain/report-window.js'
import type { WeeklyReport } from '../domain/weekly-report.js'
import { configuredChannels, noChannel } from '../notify/configured-channels.js'
import { deliver, type Delivery } from '../notify/deliver.js'
import { readWeekly } from '../reports/weekly.js'
import { reportHtml } from '../render/report-html.js'
import { reportJson } from '../render/report-json.js'
import { reportDigest, reportMarkdown, reportSubject } from '../render/report-markdown.js'
import { eventsCsv } from '../render/spreadsheets.js'
import { reportTools } from './report-tools.js'

export const REPORT_FORMATS = ['markdown', 'html', 'json', 'csv'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

export interface ReportFlags {
  from?: string
  to?: string
  days?: number
  out?: string
  force?: boolean
  send: boolean
}

/** A report as it was asked for, with its text in the format that is wanted, and to whom it was sent. */
export interface ReportMade {
  report: WeeklyReport
  text: string
  sent?: Delivery[]
}

/** Makes the report of a window, keeps it and sends it as the flags say. Throws CONFIG_MISSING where nobody is to be told. */
export async function runReport(app: App, format: ReportFormat, flags: ReportFlags): Promise<ReportMade> {
  const channels = flags.send ? configuredChannels(app.settings) : []
  if (flags.send && channels.length === 0) throw noChannel()
  const replace = flags.force === true
  const file = reportFile(flags)
  if (file !== undefined) await checkNewFile(file, replace)
  const window = reportWindow(flags, app.clock.now())
  const report = await readWeekly(await reportTools(app), window)
  const text = await reportText(report, format)
  // It names nobody.
  if (file !== undefined) await writeNewFile(file, text, { replace, private: false })
  if (!flags.send) return { report, text }
  const message = {
    subject: reportSubject(report),
    text: reportDigest(report),
    html: await reportHtml(report),
    json: { report: reportJson(report) },
  }
  return { report, text, sent: await deliver(channels, message, app) }
}

async function reportText(report: WeeklyReport, format: ReportFormat): Promise<string> {
  switch (format) {
    case 'markdown':
      return `${reportMarkdown(report)}\n`
    case 'html':
      return reportHtml(report)
    case 'json':
      return `${JSON.stringify(reportJson(report), null, 2)}\n`
    case 'csv':
      return eventsCsv(report.figures.events)
  }
}

const ENDINGS: readonly (readonly [ending: string, format: ReportFormat])[] = [
  ['.md', 'markdown'],
  ['.html', 'html'],
  ['.json', 'json'],
  ['.csv', 'csv'],
]

/** Where a report goes and as what; what contradicts itself is refused. */
export interface ReportForm {
  format?: ReportFormat
  csv: boolean
  out?: string
}

/** What `--out` says for standard output. */
const STDOUT = '-'

/** The file that is asked for; undefined where the report is printed. */
export function reportFile({ out }: Pick<ReportForm, 'out'>): string | undefined {
  return out === STDOUT ? undefined : out
}

/**
 * The format that is asked for, by a flag or by how the file is called. Throws USAGE where flags ask for two, and where the name of the
 * file says nothing.
 */
export function reportFormat(form: ReportForm, isJson: boolean): ReportFormat {
  const { format: typed, csv } = form
  const file = reportFile(form)
  const asked = isJson && file === undefined ? 'json' : csv ? 'csv' : undefined
  if (asked !== undefined && typed !== undefined && typed !== asked)
    throw new MhError('USAGE', `--${asked} and --format ${typed} do not go together.`, 'Give one of them.')
  const format = typed ?? asked
  if (format !== undefined || file === undefined) return format ?? 'markdown'
  const [, named] = ENDINGS.find(([ending]) => file.toLowerCase().endsWith(ending)) ?? []
  if (named) return named
  throw new MhError(
    'USAGE',
    `The name of ${file} does not say in which format it is to be.`,
    `Let it end in ${ENDINGS.map(([ending]) => ending).join(', ')}, or give --format.`,
  )
}
