import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { queueFlags } from '../../cli/queue-flags.js'

export default class QueueList extends BaseCommand {
  static override summary = 'Who waits to be looked up, in the order in which they would be.'
  static override description = `One entry for each participant, by id. "live" are those who are registering,
"swept" those whom the platform left pending, "backfill" the rest.`
  static override examples = [
    { description: 'The first twenty', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Who was given up on, and why', command: '<%= config.bin %> <%= command.id %> --dead --limit 100' },
  ]
  static override flags = {
    ...queueFlags(),
    limit: Flags.integer({ description: 'at most so many', default: 20, min: 1, max: 10_000 }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(QueueList)
    const [{ listQueue }, { queueJson, queueText }] = await Promise.all([
      import('../../cli/run-queue.js'),
      import('../../render/queue.js'),
    ])
    await using app = await this.open(flags)
    const listed = await listQueue(app, flags)
    this.log(queueText(listed))
    return queueJson(listed)
  }
}
