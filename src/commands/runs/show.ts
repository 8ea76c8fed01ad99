import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { csvFlag } from '../../cli/csv-flag.js'

export default class RunsShow extends BaseCommand {
  static override summary = 'One run: what it changed, and what became of each change.'
  static override description = `Every change is written down before it is sent, with the values before and
after. A line that is still "sent" was on its way when the run ended: what
became of it is seen by running the same command again.`
  static override examples = [
    { description: 'The latest run', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'What did not go well in an earlier one',
      command: '<%= config.bin %> <%= command.id %> 20261124T0900 --failed',
    },
    {
      description: 'Its changes for a spreadsheet',
      command: '<%= config.bin %> <%= command.id %> --lines 100000 --csv > changes.csv',
    },
  ]
  static override args = {
    id: Args.string({ description: 'id of the run, or how it begins; the latest without' }),
  }
  static override flags = {
    last: Flags.boolean({ description: 'the latest, as without an id' }),
    failed: Flags.boolean({ description: 'only changes that were refused, or of which nobody knows' }),
    lines: Flags.integer({ description: 'at most so many changes', default: 20, min: 0, max: 100_000 }),
    csv: csvFlag(),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(RunsShow)
    const [{ showRun }, { runJson, runText }] = await Promise.all([
      import('../../cli/runs.js'),
      import('../../render/runs.js'),
    ])
    await using app = await this.open(flags)
    const shown = await showRun(app, args.id, flags)
    if (flags.csv) this.logCsv((await import('../../render/spreadsheets.js')).linesCsv(shown))
    else this.log(runText(shown))
    return runJson(shown)
  }
}
