import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'

export default class Nightly extends BaseCommand {
  static override summary = 'The whole night in a safe order, with one verdict: for cron.'
  static override description = `Who waits in the queue, new people and those whom nobody has looked at for
long, then all live campaigns with their members and what contacts are told,
then what failed before, then a sample of people compared on both sides, then
the alerts, which are told to whom they are to be told. It holds the lease on
everybody from beginning to end. A step that fails does not stop the others; a
signal or the API quota ends the night, and the next one does the rest. A
critical alert that nobody has acknowledged makes it end with 3.`
  static override examples = [
    { description: 'Every night: silent when all is well', command: '<%= config.bin %> <%= command.id %> --quiet' },
    { description: 'See what a night would do', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    {
      description: 'Without the sample',
      command: '<%= config.bin %> <%= command.id %> --skip verify --max-api-calls 500',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]
  static override flags = {
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    skip: Flags.option({
      options: ['queue', 'people', 'campaigns', 'retry', 'verify', 'alerts'] as const,
      multiple: true,
      description: 'leave a step out; may be given several times',
    })(),
    wait: Flags.string({
      description: 'wait so long for a Bulk job, as in 30m; then it goes on without this (default 2h)',
    }),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Nightly)
    const [{ runNightly }, { nightErrors, nightJson, nightText }] = await Promise.all([
      import('../../cli/run-nightly.js'),
      import('../../render/night.js'),
    ])
    await using app = await this.open(flags)
    const night = await runNightly(app, flags)
    if (!flags.quiet || night.exitCode !== 0) this.log(nightText(night))
    for (const error of nightErrors(night)) this.complain(error)
    process.exitCode = night.exitCode
    return nightJson(night)
  }
}
