import { BaseCommand } from '../../cli/base-command.js'

export default class ConfigShow extends BaseCommand {
  static override summary = 'Every setting, its value, and where it comes from; secrets are not shown.'
  static override description = `The environment, .env.local, .env and mh-sf.config.json, in that order; what
nobody gave is the default. Nothing is connected. docs/configuration.md says
what each one means.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<object> {
    const { flags } = await this.parse(ConfigShow)
    const [{ shownSettings }, { settingsText }] = await Promise.all([
      import('../../cli/config-show.js'),
      import('../../render/settings.js'),
    ])
    await using app = await this.open(flags)
    const settings = shownSettings(app.settings)
    this.log(settingsText(settings))
    return { settings }
  }
}
