import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundStop extends BaseCommand {
  static override summary = 'End the practice org and database; what was changed in them is forgotten.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<object> {
    await this.parse(PlaygroundStop)
    const { foreseen, playgroundDirectory } = await import('../../cli/playground.js')
    const { stopPlayground } = await import('../../playground/launch.js')
    const pid = await foreseen(stopPlayground(playgroundDirectory(this.config.dataDir)))
    this.log(pid === undefined ? 'No playground was running.' : `Stopped the playground (process ${pid}).`)
    return { stopped: pid !== undefined }
  }
}
