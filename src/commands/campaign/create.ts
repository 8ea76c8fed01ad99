import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'

export default class CampaignCreate extends BaseCommand {
  static override summary = 'Make the Campaign of an event with its statuses, or take over one that exists.'
  static override description = `Looks first: the id stored on the event, SF_CAMPAIGN_<SLUG>, the external-id
field (campaign.externalIdField), a Campaign of ours that an interrupted run
left behind. One that somebody else made under the same name is yours to
decide on: --adopt takes it over, --new makes another one. Run again, it
changes only what differs.`
  static override examples = [
    { description: 'Make it', command: '<%= config.bin %> <%= command.id %> --event spring-2026' },
    {
      description: 'Take over the one that marketing made',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --adopt 7015e000000Gr4kAAC',
    },
    {
      description: 'See what would happen',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --dry-run',
    },
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'the event: id, slug, name, or a piece that fits only one' }),
    adopt: Flags.string({ description: 'take over this Campaign', helpValue: '701…', exclusive: ['new'] }),
    new: Flags.boolean({ description: 'make one although another has the same name, or the one it had is gone' }),
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(CampaignCreate)
    const [{ runCampaignCreate }, { madeJson, madeText }] = await Promise.all([
      import('../../cli/run-campaigns.js'),
      import('../../render/campaigns.js'),
    ])
    await using app = await this.open(flags)
    const made = await runCampaignCreate(app, flags)
    this.log(madeText(made))
    return madeJson(made)
  }
}
