import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { queueFlags } from '../../cli/queue-flags.js'

export default class QueueDrop extends BaseCommand {
  static override summary = 'Take people out of the queue; a backfill still finds them.'
  static override description = `Whom a worker has in hand stays. Whom the platform says to be pending is put
in again by the next worker.`
  static override examples = [
    { description: 'Those who were given up on', command: '<%= config.bin %> <%= command.id %> --dead' },
    {
      description: 'See how many that would be',
      command: '<%= config.bin %> <%= command.id %> --dead --dry-run',
    },
  ]
  static override flags = {
    ...queueFlags(),
    all: Flags.boolean({ description: 'everybody', default: false, exclusive: ['dead', 'cause', 'person'] }),
    'dry-run': Flags.boolean({ description: 'only count them', default: false }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(QueueDrop)
    const [{ dropQueue }, { droppedText }] = await Promise.all([
      import('../../cli/run-queue.js'),
      import('../../render/queue.js'),
    ])
    await using app = await this.open(flags)
    const dropped = await dropQueue(app, flags)
    this.log(droppedText(dropped, flags['dry-run']))
    return { ...dropped, dryRun: flags['dry-run'] }
  }
}
