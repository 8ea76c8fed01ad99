import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { csvFlag } from '../cli/csv-flag.js'

export default class History extends BaseCommand {
  static override summary = "One person's log: every change about them, by which run, before and after."
  static override description = `Reads what is kept in the database and asks Salesforce nothing. Changes are
kept as long as their runs (runs.keepDays).`
  static override args = {
    person: Args.string({ description: 'an address, or the id of a participant', required: true }),
  }
  static override examples = [
    { description: 'What was done about somebody', command: '<%= config.bin %> <%= command.id %> ana@example.com' },
    {
      description: 'In a spreadsheet',
      command: '<%= config.bin %> <%= command.id %> ana@example.com --csv > history.csv',
    },
  ]
  static override flags = {
    limit: Flags.integer({ description: 'at most so many changes', default: 100, min: 1, max: 10_000 }),
    csv: csvFlag(),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(History)
    const [{ runHistory }, { historyCsv, historyJson, historyText }] = await Promise.all([
      import('../cli/run-person.js'),
      import('../render/history.js'),
    ])
    await using app = await this.open(flags)
    const history = await runHistory(app, args.person, flags.limit)
    if (flags.csv) this.logCsv(historyCsv(history))
    else this.log(historyText(history, app.clock.now()))
    return historyJson(history)
  }
}
