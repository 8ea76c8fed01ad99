import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'

export default class RunsUndo extends BaseCommand {
  static override summary = 'Undo a run: put back what it changed, remove what it made.'
  static override description = `Goes through what the ledger holds of the run, the latest first, and compares
with what is there now. What somebody changed since is left as it is, and
named. An undo is itself a run; after an interruption the same command does
the rest. To have everything back, give the command of the run again.

On a terminal the id of the run has to be typed; elsewhere --confirm gives it.`
  static override examples = [
    {
      description: 'See what would be undone and what it costs',
      command: '<%= config.bin %> <%= command.id %> --last --dry-run',
    },
    {
      description: 'Undo a run from a script',
      command: '<%= config.bin %> <%= command.id %> 20261124T090000Z-3f2a1c --confirm 20261124T090000Z-3f2a1c',
    },
  ]
  static override args = {
    id: Args.string({ description: 'id of the run, or how it begins' }),
  }
  static override flags = {
    last: Flags.boolean({ description: 'the latest run that nobody has undone', default: false }),
    confirm: Flags.string({ description: 'the whole id of the run, instead of typing it', helpValue: 'ID' }),
    'dry-run': Flags.boolean({ description: 'read and decide, undo nothing', default: false }),
    via: Flags.option({
      options: ['auto', 'collections', 'bulk'] as const,
      default: 'auto' as const,
      description: 'how Salesforce is written: 200 rows to a call, Bulk API 2.0 jobs, or the cheaper one',
    })(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(RunsUndo)
    const [{ runUndo }, { undoJson, undoText }] = await Promise.all([
      import('../../cli/run-undo.js'),
      import('../../render/undo.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runUndo(app, args.id, flags)
    this.log(undoText(result))
    if (result.stopped) this.complain(result.stopped)
    process.exitCode = exitCode
    return undoJson(result)
  }
}
