import { BaseCommand } from '../../cli/base-command.js'

export default class AlertsList extends BaseCommand {
  static override summary = 'Each alert as the last check left it: since when, who has it, who was told.'
  static override examples = [
    { description: 'What fires, since when', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(AlertsList)
    const [{ listAlerts }, { alertListJson, alertListText }] = await Promise.all([
      import('../../cli/run-alerts.js'),
      import('../../render/alerts.js'),
    ])
    await using app = await this.open(flags)
    const alerts = await listAlerts(app)
    this.log(alertListText(alerts))
    return alertListJson(alerts)
  }
}
