import { Flags } from '@oclif/core'
import type { MhError } from '../../errors.js'
import { BaseCommand } from '../../cli/base-command.js'
import { csvFlag } from '../../cli/csv-flag.js'

export default class ReportWeekly extends BaseCommand {
  static override summary = 'The last week in figures, for who was not there: to read, to mail, to print.'
  static override description = `Sync success, what went wrong, API calls, how many participants are known in
Salesforce, customers and tiers at each event, new leads, lookup times,
nights, and what is worth doing. Counts only, nobody's name. Asks Salesforce
nothing.

The last seven whole days (UTC) where nothing else is said. --send tells
every channel that is configured (docs/alerts.md): a digest to a chat, the
whole report by mail, the figures to a webhook.`
  static override examples = [
    { description: 'In the terminal', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'November as a page to print',
      command: '<%= config.bin %> <%= command.id %> --from 2026-11-01 --to 2026-11-30 --out november.html',
    },
    { description: 'Every Monday from cron', command: '<%= config.bin %> <%= command.id %> --send --quiet' },
    { description: 'The events for a spreadsheet', command: '<%= config.bin %> <%= command.id %> --csv > events.csv' },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]
  static override flags = {
    from: Flags.string({ description: 'the first day (UTC)', helpValue: '2026-11-01', exclusive: ['days'] }),
    to: Flags.string({ description: 'the last day (UTC); yesterday without', helpValue: '2026-11-30' }),
    days: Flags.integer({ description: 'so many days, ending with --to', min: 1, max: 366 }),
    format: Flags.option({
      options: ['markdown', 'html', 'json', 'csv'] as const,
      description: 'as what; else the ending of --out says it: .md .html .json .csv',
    })(),
    csv: csvFlag(),
    out: Flags.string({ char: 'o', description: 'write it to this file; - is stdout', helpValue: 'FILE' }),
    force: Flags.boolean({ description: 'replace the file if it is there', dependsOn: ['out'] }),
    send: Flags.boolean({ description: 'send it by every channel that is configured', default: false }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(ReportWeekly)
    const [{ reportFile, reportFormat, runReport }, { reportJson }] = await Promise.all([
      import('../../cli/run-report.js'),
      import('../../render/report-json.js'),
    ])
    const format = reportFormat(flags, this.jsonEnabled())
    const file = reportFile(flags)
    await using app = await this.open(flags)
    const { report, text, sent } = await runReport(app, format, flags)
    const isPrinted = file === undefined && (!sent || flags.out !== undefined)
    if (!this.jsonEnabled() && isPrinted) process.stdout.write(text)
    if (file !== undefined) this.tell(`Written to ${file}`, flags.quiet)
    for (const { channel, to, error } of sent ?? []) {
      if (!error) this.tell(`Sent by ${channel} to ${to}`, flags.quiet)
      else this.#fails(error)
    }
    return reportJson(report, sent)
  }

  #fails(error: MhError): void {
    this.complain(error)
    process.exitCode = error.exitCode
  }
}
