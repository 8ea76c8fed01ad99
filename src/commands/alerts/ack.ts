import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class AlertsAck extends BaseCommand {
  static override summary = 'Say that you look after an alert: it is not told again before it resolves.'
  static override description = `Nor does it make a check or a night end with 3. A warning that becomes
critical is told all the same.`
  static override examples = [
    { description: 'Until it resolves', command: '<%= config.bin %> <%= command.id %> quota' },
    {
      description: 'For the time of a maintenance',
      command: "<%= config.bin %> <%= command.id %> connection --for 4h --note 'the org is moved'",
    },
  ]
  static override args = {
    rule: Args.string({
      description: 'the alert, as alerts list names it',
      required: true,
    }),
  }
  static override flags = {
    for: Flags.string({ description: 'only for so long', helpValue: '4h' }),
    note: Flags.string({ description: 'for whoever looks at the list', helpValue: 'TEXT' }),
  }

  async run(): Promise<object> {
    const { flags, args } = await this.parse(AlertsAck)
    const [{ acknowledgeAlert }, { acknowledgedJson, acknowledgedText }] = await Promise.all([
      import('../../cli/run-alerts.js'),
      import('../../render/alerts.js'),
    ])
    await using app = await this.open(flags)
    const alert = await acknowledgeAlert(app, args.rule, flags)
    this.log(acknowledgedText(alert))
    return acknowledgedJson(alert)
  }
}
