import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PrivacyOptIn extends BaseCommand {
  static override summary = 'Somebody who had opted out agrees again.'
  static override description = `Forgets the opt-out. HasOptedOutOfEmail is taken back only where opt-out had
set it: what somebody else said in Salesforce stays, and keeps them out.`
  static override examples = [
    { description: 'Somebody changed their mind', command: '<%= config.bin %> <%= command.id %> ana@example.com' },
    { description: 'The same for a program', command: '<%= config.bin %> <%= command.id %> ana@example.com --json' },
  ]
  static override args = {
    email: Args.string({ description: 'address, or id of a participant, contact or lead', required: true }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(PrivacyOptIn)
    const [{ runOptOut }, { optOutJson, optOutText }] = await Promise.all([
      import('../../cli/run-privacy.js'),
      import('../../render/privacy.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runOptOut(app, 'opt-in', args.email, flags.quiet)
    this.log(optOutText(result, 'opt-in', app.settings.policy.campaign.gone.optedOut))
    process.exitCode = exitCode
    return optOutJson(result)
  }
}
