import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { maxApiCalls } from '../cli/max-api-calls.js'

export default class Verify extends BaseCommand {
  static override summary = 'Do both systems agree on who came to an event? Person by person; writes nothing.'
  static override description = `Reads both sides and judges every participant: agrees, differs in a field,
is missing from the campaign, or cannot be judged because matching left it to
you. Members whom nobody here is are counted as extra. Ends with 3 when a sync
would write something, so that cron can watch it.`
  static override examples = [
    { description: 'One event', command: '<%= config.bin %> <%= command.id %> --event spring-2026' },
    {
      description: 'The differences as a plan, to be applied later',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --out spring.plan',
    },
    {
      description: 'For a program: who disagrees and in which field',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --json',
    },
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'the event: id, slug, name, or a piece that fits only one' }),
    out: Flags.string({ char: 'o', description: 'write the differences as a plan for mh-sf apply to this new file' }),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Verify)
    const [{ runVerify }, { planJson, planText }, { verifyJson, verifyText }] = await Promise.all([
      import('../cli/run-verify.js'),
      import('../render/saved-plan.js'),
      import('../render/verify.js'),
    ])
    await using app = await this.open(flags)
    const { result, plan, exitCode } = await runVerify(app, flags)
    this.log(verifyText(result))
    if (plan && flags.out !== undefined) this.log(`\n${planText(flags.out, plan)}`)
    process.exitCode = exitCode
    return { ...verifyJson(result), ...(plan && flags.out !== undefined ? { plan: planJson(flags.out, plan) } : {}) }
  }
}
