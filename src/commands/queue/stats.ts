import { BaseCommand } from '../../cli/base-command.js'

export default class QueueStats extends BaseCommand {
  static override summary = 'How many people wait to be looked up, since when, and why some were given up on.'
  static override examples = [
    { description: 'Where the queue stands', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(QueueStats)
    const [{ queueStats }, { statsText }] = await Promise.all([
      import('../../cli/run-queue.js'),
      import('../../render/queue.js'),
    ])
    await using app = await this.open(flags)
    const stats = await queueStats(app)
    this.log(statsText(stats, app.clock.now()))
    return stats
  }
}
