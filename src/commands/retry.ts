import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { maxApiCalls } from '../cli/max-api-calls.js'
import { yes } from '../cli/yes-flag.js'

export default class Retry extends BaseCommand {
  static override summary = 'Do just what failed again: the people that mh-sf errors names, nobody else.'
  static override description = `For each run whose failures still stand, reads those people on both sides anew
and sends what is still owed to them. What fails again is told by mh-sf errors
as a failure of the new run.`
  static override examples = [
    { description: 'All that failed in the last week', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Only what failed for one reason, once that is mended',
      command: '<%= config.bin %> <%= command.id %> --cause FIELD_CUSTOM_VALIDATION_EXCEPTION',
    },
    { description: 'See what would be sent', command: '<%= config.bin %> <%= command.id %> --dry-run' },
  ]
  static override flags = {
    days: Flags.integer({ description: 'look so many days back', default: 7, min: 1, max: 3_650 }),
    cause: Flags.string({ description: 'only failures with this code, as mh-sf errors tells it', helpValue: 'CODE' }),
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    wait: Flags.string({
      description: 'wait so long for a Bulk job, as in 30m; then it goes on without this (default 2h)',
    }),
    yes: yes(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Retry)
    const { runRetry } = await import('../cli/run-retry.js')
    await using app = await this.open(flags)
    const retried = await runRetry(app, flags)
    if (retried.length === 0) this.log('Nothing that failed is to be done again.')
    for (const { of, text, error } of retried) {
      this.log(`Again what failed in run ${of}\n${text}\n`)
      if (error) this.complain(error)
    }
    process.exitCode = retried.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0
    return {
      dryRun: flags['dry-run'],
      retried: retried.map(({ of, run, people, exitCode }) => ({ of, run: run ?? null, people, exitCode })),
    }
  }
}
