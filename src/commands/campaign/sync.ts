import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'
import { yes } from '../../cli/yes-flag.js'

export default class CampaignSync extends BaseCommand {
  static override summary = 'Make Salesforce say who came: a Campaign for each live event, with its members.'
  static override description = `The everyday command. For each event that is open, in progress or over since
a while (campaign.liveDays), it keeps the Campaign and its member statuses
in step, then makes each participant a member with the right status. A
status climbs by itself and never falls unless told to. What the rules
cannot decide is left for you. A second run writes nothing.`
  static override examples = [
    { description: 'Every live event', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'See what would change',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --dry-run',
    },
    {
      description: 'Make Leads of people whom Salesforce does not know, where they agreed',
      command: '<%= config.bin %> <%= command.id %> --create-leads',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'only this event: id, slug, name, or a piece that fits only one' }),
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    correct: Flags.boolean({ description: 'statuses may fall too, and those that somebody else gave are overwritten' }),
    'create-leads': Flags.boolean({
      description: 'make Leads of people whom Salesforce does not know, where they agreed (leads.create)',
      allowNo: true,
    }),
    via: Flags.option({
      options: ['auto', 'collections', 'bulk'] as const,
      default: 'auto' as const,
      description: 'how rows are written: 200 to a call, by Bulk API 2.0 jobs, or whichever is better',
    })(),
    wait: Flags.string({
      description: 'wait so long for a Bulk job, as in 30m; then it goes on without this (default 2h)',
    }),
    yes: yes(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(CampaignSync)
    const [{ runCampaignSync }, { syncJson, syncText }] = await Promise.all([
      import('../../cli/run-campaign-sync.js'),
      import('../../render/campaign-sync.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runCampaignSync(app, 'sync', flags)
    this.log(syncText(result))
    if (result.stopped) this.complain(result.stopped)
    process.exitCode = exitCode
    return syncJson(result)
  }
}
