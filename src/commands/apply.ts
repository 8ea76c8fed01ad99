import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { maxApiCalls } from '../cli/max-api-calls.js'
import { yes } from '../cli/yes-flag.js'

export default class Apply extends BaseCommand {
  static override summary = 'Do exactly what a saved plan says, or refuse because either side has moved.'
  static override description = `Reads both sides again, as a run that holds the lease. Where what is owed is
not what the plan says, it ends with 6 and the differences, and nothing is
written. If it is stopped half way, the same command does the rest.`
  static override examples = [
    { description: 'Apply a plan', command: '<%= config.bin %> <%= command.id %> tonight.plan' },
  ]
  static override args = {
    file: Args.string({ description: 'what mh-sf plan campaign sync wrote', required: true }),
  }
  static override flags = {
    wait: Flags.string({
      description: 'wait so long for a Bulk job, as in 30m; then it goes on without this (default 2h)',
    }),
    yes: yes(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Apply)
    const [{ runApply }, { syncJson, syncText }] = await Promise.all([
      import('../cli/run-plan.js'),
      import('../render/campaign-sync.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runApply(app, args.file, flags)
    this.log(syncText(result))
    if (result.stopped) this.complain(result.stopped)
    process.exitCode = exitCode
    return syncJson(result)
  }
}
