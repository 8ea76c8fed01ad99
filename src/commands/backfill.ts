import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { maxApiCalls } from '../cli/max-api-calls.js'

export default class Backfill extends BaseCommand {
  static override summary = 'Match and enrich every participant of an event from Salesforce.'
  static override description = `Reads the participants of one event (or all), finds each in Salesforce, and
writes who they are to participants.salesforce: contact or lead, account,
owner, tier. Only MongoDB is written, unless --create-leads makes Leads of
people who agreed. What the rules cannot decide is parked, never guessed. A
second run changes nothing.`
  static override examples = [
    { description: 'Enrich one event', command: '<%= config.bin %> <%= command.id %> --event spring-2026' },
    {
      description: 'See what would change and what it costs',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --dry-run',
    },
    {
      description: 'Look again at people whose last sync is a month ago',
      command: '<%= config.bin %> <%= command.id %> --all --stale 30d',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --event spring-2026 --playground' },
  ]
  static override flags = {
    event: Flags.string({
      char: 'e',
      description: 'the event: id, slug, name, or a piece that fits only one',
      exclusive: ['all'],
    }),
    all: Flags.boolean({ description: 'every participant of every event' }),
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    via: Flags.option({
      options: ['auto', 'composite', 'bulk'] as const,
      default: 'auto' as const,
      description: 'how Salesforce is read: IN lists in /composite, a Bulk API 2.0 export, or the cheaper one',
    })(),
    stale: Flags.string({ description: 'only people whose last sync is so long ago, as in 30d', helpValue: '30d' }),
    force: Flags.boolean({ description: 'match by address anew, as if nobody had been linked before' }),
    limit: Flags.integer({ description: 'at most so many people', min: 1 }),
    'create-leads': Flags.boolean({
      description: 'make Leads of people whom Salesforce does not know, where they agreed (leads.create)',
      allowNo: true,
    }),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Backfill)
    const [{ runBackfill }, { backfillJson, backfillText }] = await Promise.all([
      import('../cli/run-backfill.js'),
      import('../render/backfill.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runBackfill(app, flags)
    this.log(backfillText(result))
    if (result.stopped) this.complain(result.stopped)
    process.exitCode = exitCode
    return backfillJson(result)
  }
}
