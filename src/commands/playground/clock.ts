import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundClock extends BaseCommand {
  static override summary = 'Move the clock that the practice org and database share, or say what it shows.'
  static override description = `Sessions expire by it, jobs move on, cursors die. Clients keep their own
clock: what they sign stays good.`
  static override examples = [
    { description: 'Two hours later every session has expired', command: '<%= config.bin %> <%= command.id %> +2h' },
    { description: 'A time of its own', command: '<%= config.bin %> <%= command.id %> 2027-01-31T12:00:00Z' },
    { description: 'It stands still, and goes on', command: '<%= config.bin %> <%= command.id %> freeze' },
    { description: 'The real time again', command: '<%= config.bin %> <%= command.id %> reset' },
  ]
  static override args = {
    change: Args.string({ description: 'a duration as +2h, a time, or freeze, run or reset' }),
  }

  async run(): Promise<object> {
    const { args } = await this.parse(PlaygroundClock)
    const [{ openControl }, { clockChange }, { clockText }] = await Promise.all([
      import('../../cli/playground-control.js'),
      import('../../cli/playground-clock.js'),
      import('../../cli/playground-status.js'),
    ])
    const change = args.change === undefined ? undefined : clockChange(args.change)
    const control = await openControl(this.config.dataDir)
    const answer = await (change === undefined ? control.get('/clock') : control.post('/clock', change))
    const clock = answer as Parameters<typeof clockText>[0]
    this.log(clockText(clock))
    return clock
  }
}
