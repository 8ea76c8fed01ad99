import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { queueFlags } from '../../cli/queue-flags.js'

export default class QueueRetry extends BaseCommand {
  static override summary = 'Try those again who were given up on or who pause, as if nothing had failed.'
  static override description = `They are due at once; the next worker takes them.`
  static override examples = [
    { description: 'Everybody who failed', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'After an outage: only those whom it cost',
      command: '<%= config.bin %> <%= command.id %> --cause SF_TIMEOUT',
    },
  ]
  static override flags = {
    ...queueFlags(),
    'dry-run': Flags.boolean({ description: 'only count them', default: false }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(QueueRetry)
    const [{ retryQueue }, { movedText }] = await Promise.all([
      import('../../cli/run-queue.js'),
      import('../../render/queue.js'),
    ])
    await using app = await this.open(flags)
    const people = await retryQueue(app, flags)
    this.log(movedText(people, 'to be tried again', flags['dry-run']))
    return { people, dryRun: flags['dry-run'] }
  }
}
