import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PrivacyOptOut extends BaseCommand {
  static override summary = 'Somebody is not to be sent anywhere from now on, under any spelling.'
  static override description = `Kept as a keyed hash: it outlives the participant, the contact, a restored
backup and a re-registration. Who has opted out becomes no Lead and no
Campaign Member, and is not written back; their members follow
campaign.gone.optedOut. Contacts and Leads get HasOptedOutOfEmail where the
user may write it. Takes an address or an id, and needs no registration.`
  static override examples = [
    { description: 'Somebody asked for it', command: '<%= config.bin %> <%= command.id %> ana@example.com' },
    { description: 'The same for a program', command: '<%= config.bin %> <%= command.id %> ana@example.com --json' },
  ]
  static override args = {
    email: Args.string({ description: 'address, or id of a participant, contact or lead', required: true }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(PrivacyOptOut)
    const [{ runOptOut }, { optOutJson, optOutText }] = await Promise.all([
      import('../../cli/run-privacy.js'),
      import('../../render/privacy.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runOptOut(app, 'opt-out', args.email, flags.quiet)
    this.log(optOutText(result, 'opt-out', app.settings.policy.campaign.gone.optedOut))
    process.exitCode = exitCode
    return optOutJson(result)
  }
}
