import { BaseCommand } from '../../cli/base-command.js'

export default class AlertsTest extends BaseCommand {
  static override summary = 'Send a test message on every channel that is configured, and say what came back.'
  static override description = `Slack by SLACK_WEBHOOK_URL, a program by ALERT_WEBHOOK_URL and
ALERT_WEBHOOK_SECRET, e-mail by SMTP_URL and notify.email (docs/alerts.md).
Exit code 1 when one of them did not take it.`
  static override examples = [
    { description: 'Does it arrive?', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(AlertsTest)
    const [{ testChannels }, { deliveryErrors, testJson, testText }] = await Promise.all([
      import('../../cli/run-alerts.js'),
      import('../../render/alerts.js'),
    ])
    await using app = await this.open(flags)
    const deliveries = await testChannels(app)
    this.log(testText(deliveries))
    const errors = deliveryErrors(deliveries)
    for (const error of errors) this.complain(error)
    process.exitCode = errors[0]?.exitCode ?? 0
    return testJson(deliveries)
  }
}
