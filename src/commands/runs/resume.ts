import { Args, Flags } from '@oclif/core'
import { BaseCommand, type GlobalFlags } from '../../cli/base-command.js'

export default class RunsResume extends BaseCommand {
  static override summary = 'Do the rest of a run that stopped, failed or died.'
  static override description = `Gives the command of that run again, with its own flags, from whatever
machine. Bulk jobs that it left in Salesforce are seen to their end first;
then both sides are compared, and only what is still owed is sent.`
  static override examples = [
    { description: 'The latest run that has something left', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'A certain one', command: '<%= config.bin %> <%= command.id %> 20261124T0900' },
  ]
  static override args = {
    id: Args.string({ description: 'id of the run, or how it begins; without, the latest that has something left' }),
  }
  static override flags = {
    last: Flags.boolean({ description: 'the latest that has something left, as without an id' }),
  }

  /** The command that is given again has told its result. */
  #isTold = false

  async run(): Promise<object | undefined> {
    const { args, flags } = await this.parse(RunsResume)
    const { run, again } = await this.#find(args.id, flags)
    if (!again) {
      this.log(`Run ${run.id} is done: nothing of it is left.`)
      return run
    }
    const { command, arguments: typed } = again
    const ours = [this.jsonEnabled() && '--json', flags.playground && '--playground', flags.quiet && '--quiet']
    const argv = [...typed, ...ours.filter((flag) => typeof flag === 'string').filter((flag) => !typed.includes(flag))]
    this.tell(`Again    mh-sf ${[command, ...argv].join(' ')}`, flags.quiet)
    this.#isTold = true
    return this.config.runCommand<object>(command.replaceAll(' ', ':'), argv)
  }

  override logJson(json: unknown): void {
    if (!this.#isTold) super.logJson(json)
  }

  /** The ledger is let go before the command opens it again. */
  async #find(id: string | undefined, flags: GlobalFlags) {
    const { runToResume } = await import('../../cli/resume-run.js')
    await using app = await this.open(flags)
    const found = await runToResume(app, id)
    return found
  }
}
