import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { csvFlag } from '../../cli/csv-flag.js'

export default class RunsList extends BaseCommand {
  static override summary = 'The latest runs that wrote: who, what, when, and how it ended.'
  static override description = `Every command that writes is a run with an id. One that is still "running"
and has no lease any more has died; the next run does what it left.`
  static override examples = [
    { description: 'The latest twenty', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Those that did not end well',
      command: '<%= config.bin %> <%= command.id %> --failed --limit 100',
    },
    {
      description: 'What one command did to one event',
      command: "<%= config.bin %> <%= command.id %> --event spring-2026 --command 'campaign sync'",
    },
  ]
  static override flags = {
    limit: Flags.integer({ description: 'at most so many', default: 20, min: 1, max: 1_000 }),
    event: Flags.string({ char: 'e', description: 'only those on this event, or on everybody' }),
    command: Flags.string({ description: 'only runs of this command', helpValue: "'campaign sync'" }),
    failed: Flags.boolean({ description: 'only those that stopped early, failed, or left rows that failed' }),
    csv: csvFlag(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(RunsList)
    const [{ listRuns }, { runsJson, runsText }] = await Promise.all([
      import('../../cli/runs.js'),
      import('../../render/runs.js'),
    ])
    await using app = await this.open(flags)
    const runs = await listRuns(app, flags)
    if (flags.csv) this.logCsv((await import('../../render/spreadsheets.js')).runsCsv(runs))
    else this.log(runsText(runs))
    return runsJson(runs)
  }
}
