import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'
import { yes } from '../../cli/yes-flag.js'

export default class CampaignPush extends BaseCommand {
  static override summary = "Make each participant a member of the event's Campaign, with the right status."
  static override description = `The Campaign must exist: mh-sf campaign create makes it, mh-sf campaign sync
does both. People are matched as backfill does. A status climbs by itself
(Registered, No Show, Attended) and never falls unless told to; what was
written is read back. A second run writes nothing.`
  static override examples = [
    { description: 'Push', command: '<%= config.bin %> <%= command.id %> --event spring-2026' },
    {
      description: 'See what would change',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --dry-run',
    },
    {
      description: 'Set back what was marked by mistake',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --correct',
    },
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'the event: id, slug, name, or a piece that fits only one' }),
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    correct: Flags.boolean({ description: 'statuses may fall too, and those that somebody else gave are overwritten' }),
    via: Flags.option({
      options: ['auto', 'collections', 'bulk'] as const,
      default: 'auto' as const,
      description: 'how members are written: 200 to a call, by Bulk API 2.0 jobs, or whichever is better',
    })(),
    wait: Flags.string({
      description: 'wait so long for a Bulk job, as in 30m; then it goes on without this (default 2h)',
    }),
    yes: yes(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(CampaignPush)
    const [{ runCampaignSync }, { syncJson, syncText }] = await Promise.all([
      import('../../cli/run-campaign-sync.js'),
      import('../../render/campaign-sync.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runCampaignSync(app, 'push', flags)
    this.log(syncText(result))
    if (result.stopped) this.complain(result.stopped)
    process.exitCode = exitCode
    return syncJson(result)
  }
}
