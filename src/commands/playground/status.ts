import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundStatus extends BaseCommand {
  static override summary = 'What the practice systems were asked, what waits to go wrong, what time it is.'
  static override description = 'Also of one that runs in another terminal. Exit code 4 when none runs.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<object> {
    await this.parse(PlaygroundStatus)
    const [{ openControl }, { readStatus, statusJson, statusText }] = await Promise.all([
      import('../../cli/playground-control.js'),
      import('../../cli/playground-status.js'),
    ])
    const status = await readStatus(await openControl(this.config.dataDir))
    this.log(statusText(status))
    return statusJson(status)
  }
}
