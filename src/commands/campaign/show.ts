import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class CampaignShow extends BaseCommand {
  static override summary = "One event's Campaign: its fields, its members by status, and what drifted."
  static override description = 'Nothing is written. `mh-sf campaign sync` puts right what drifted.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --event spring-2026',
    '<%= config.bin %> <%= command.id %> --event spring-2026 --json',
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'the event: id, slug, name, or a piece that fits only one' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(CampaignShow)
    const [{ runCampaignShow }, { showJson, showText }] = await Promise.all([
      import('../../cli/run-campaigns.js'),
      import('../../render/campaigns.js'),
    ])
    await using app = await this.open(flags)
    const shown = await runCampaignShow(app, flags.event)
    this.log(showText(shown))
    return showJson(shown)
  }
}
