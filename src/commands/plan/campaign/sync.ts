import { Flags } from '@oclif/core'
import { BaseCommand } from '../../../cli/base-command.js'
import { maxApiCalls } from '../../../cli/max-api-calls.js'

export default class PlanCampaignSync extends BaseCommand {
  static override summary = 'Write what a sync would do to a file, for somebody to look at and apply later.'
  static override description = `Reads both sides and writes every change that is owed to a new file:
campaigns, members, contacts and participants, with the values before and
after, and what applying it costs. Nothing else is written. mh-sf apply does
exactly what the file says, or refuses when either side has moved. Leads are
no part of a plan.`
  static override examples = [
    { description: 'Every live event', command: '<%= config.bin %> <%= command.id %> --out tonight.plan' },
    {
      description: 'One event',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --out spring.plan',
    },
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'only this event: id, slug, name, or a piece that fits only one' }),
    out: Flags.string({ char: 'o', description: 'the file to be made; it holds values of records', required: true }),
    correct: Flags.boolean({
      description: 'statuses may fall too, and those that somebody else gave are overwritten',
      default: false,
    }),
    via: Flags.option({
      options: ['auto', 'collections', 'bulk'] as const,
      default: 'auto' as const,
      description: 'how rows will be written: 200 to a call, by Bulk API 2.0 jobs, or whichever is better',
    })(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(PlanCampaignSync)
    const [{ runPlanSync }, { planJson, planText }] = await Promise.all([
      import('../../../cli/run-plan.js'),
      import('../../../render/saved-plan.js'),
    ])
    await using app = await this.open(flags)
    const { plan } = await runPlanSync(app, flags)
    this.log(planText(flags.out, plan))
    return planJson(flags.out, plan)
  }
}
