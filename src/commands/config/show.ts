import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class ConfigShow extends BaseCommand {
  static override summary = 'Every setting, its value, and where it comes from; secrets are not shown.'
  static override description = `The environment, .env.local, .env and mh-sf.config.json, in that order; what
nobody gave is the default. Nothing is connected. docs/configuration.md says
what each one means.

--data-flow shows instead which fields are read from and written to either
side by these settings, and of whom: for whoever looks after privacy.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
    '<%= config.bin %> <%= command.id %> --data-flow',
  ]
  static override flags = {
    'data-flow': Flags.boolean({ description: 'which personal data goes where, field by field', default: false }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(ConfigShow)
    const [{ dataFlow, shownSettings }, { dataFlowText, settingsText }] = await Promise.all([
      import('../../cli/config-show.js'),
      import('../../render/settings.js'),
    ])
    await using app = await this.open(flags)
    if (flags['data-flow']) {
      const flows = dataFlow(app.settings.policy)
      this.log(dataFlowText(flows))
      return { dataFlow: flows }
    }
    const settings = shownSettings(app.settings)
    this.log(settingsText(settings))
    return { settings }
  }
}
