import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { csvFlag } from '../cli/csv-flag.js'

export default class Errors extends BaseCommand {
  static override summary = 'What went wrong and still stands, by cause, with the people and what to do.'
  static override description = `Reads the runs of the last days. A failure is history once a later run has
decided on the same event anew; then it is not shown. Asks Salesforce nothing.
Ends with 3 when something stands, so that cron can watch it.`
  static override examples = [
    { description: 'The last week', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program: everybody by id', command: '<%= config.bin %> <%= command.id %> --json' },
    { description: 'For a spreadsheet', command: '<%= config.bin %> <%= command.id %> --csv > errors.csv' },
  ]
  static override flags = {
    days: Flags.integer({ description: 'look so many days back', default: 7, min: 1, max: 3_650 }),
    csv: csvFlag(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Errors)
    const [{ runErrors }, { errorsJson, errorsText }, { exitCodes }] = await Promise.all([
      import('../cli/run-errors.js'),
      import('../render/errors.js'),
      import('../errors.js'),
    ])
    await using app = await this.open(flags)
    const causes = await runErrors(app, flags.days)
    if (flags.csv) this.logCsv((await import('../render/spreadsheets.js')).errorsCsv(causes))
    else this.log(errorsText(causes, flags.days))
    if (causes.length > 0) process.exitCode = exitCodes.FAILED_ROWS
    return errorsJson(causes)
  }
}
