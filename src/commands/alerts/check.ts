import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class AlertsCheck extends BaseCommand {
  static override summary = 'Whether something is not as it should be; tells who is to be told.'
  static override description = `Asks the org once (one API call), so that connection and quota are of now,
and judges the figures by the rules of docs/alerts.md. An alert is told once
when it fires, once when it resolves, and again after its cool-down unless
somebody has acknowledged it. Exit code 3 when something fires that nobody
has acknowledged, 1 when the database cannot be reached or somebody could
not be told.`
  static override examples = [
    { description: 'From cron, every five minutes', command: '<%= config.bin %> <%= command.id %> --quiet' },
    { description: 'See how it stands, tell nobody', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]
  static override flags = {
    'dry-run': Flags.boolean({ description: 'judge, keep nothing, tell nobody', default: false }),
    notify: Flags.boolean({
      description: 'tell who is to be told; without it that stays owed',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(AlertsCheck)
    const [{ runAlertCheck }, { alertCheckJson, alertCheckText, deliveryErrors }] = await Promise.all([
      import('../../cli/run-alerts.js'),
      import('../../render/alerts.js'),
    ])
    await using app = await this.open(flags)
    const check = await runAlertCheck(app, flags)
    process.exitCode = check.exitCode
    if (!flags.quiet || check.exitCode !== 0) this.log(alertCheckText(check))
    for (const error of deliveryErrors(check.told)) this.complain(error)
    return alertCheckJson(check)
  }
}
