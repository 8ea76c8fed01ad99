import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { csvFlag } from '../cli/csv-flag.js'

export default class Status extends BaseCommand {
  static override summary = 'Where the sync stands: people, events, failures, queue, quota, org, nights.'
  // oclif's own, made from what excludes what, has gaps where flags are in two of such groups.
  static override usage =
    '<%= command.id %> [--ask] [-w [--interval SECONDS] | --prometheus | --csv | --json] [-q] [--target-org NAME | --playground]'
  static override description = `Reads what is kept in the database, and asks Salesforce nothing: its quota and
whether it answered are those of the last time somebody asked, with the time.
--ask asks now (one API call).`
  static override examples = [
    { description: 'Now', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Keep looking, every 5 seconds', command: '<%= config.bin %> <%= command.id %> --watch' },
    { description: 'With the org as it is now', command: '<%= config.bin %> <%= command.id %> --ask' },
    {
      description: "For node_exporter's textfile collector, from cron",
      command: '<%= config.bin %> <%= command.id %> --prometheus > /var/lib/node_exporter/mh_sf.prom',
    },
    {
      description: 'Events in a spreadsheet',
      command: '<%= config.bin %> <%= command.id %> --csv > events.csv',
    },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ]
  static override flags = {
    ask: Flags.boolean({ description: 'ask the org first (one API call)' }),
    watch: Flags.boolean({
      char: 'w',
      description: 'show it again and again, until Ctrl-C',
      exclusive: ['csv', 'json'],
    }),
    interval: Flags.integer({
      description: 'with --watch: seconds between two looks',
      default: 5,
      min: 1,
      max: 3_600,
    }),
    prometheus: Flags.boolean({
      description: "metrics, as the worker's endpoint has them; for a textfile collector where no worker runs",
      exclusive: ['csv', 'json', 'watch'],
    }),
    csv: csvFlag(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Status)
    const [{ askOrg, everySoOften, runStatus }, { statusJson, statusText }] = await Promise.all([
      import('../cli/run-status.js'),
      import('../render/status.js'),
    ])
    await using app = await this.open(flags)
    if (flags.watch) {
      const { screen } = await import('../render/screen.js')
      await everySoOften(app, flags.interval, async () => {
        screen(statusText(await runStatus(app, flags)))
      })
      return {}
    }
    if (flags.prometheus) {
      if (flags.ask) await askOrg(app)
      const { metricsText } = await import('../cli/metrics.js')
      process.stdout.write(await metricsText(app))
      return {}
    }
    const status = await runStatus(app, flags)
    if (flags.csv) this.logCsv((await import('../render/spreadsheets.js')).eventsCsv(status.events))
    else this.log(statusText(status))
    return statusJson(status)
  }
}
