import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PrivacyAudit extends BaseCommand {
  static override summary = 'Whether anybody who was erased came back.'
  static override description = `Tombstones name nobody, so it goes over every participant and everything
that we keep, and asks of each whether it is somebody who was erased; of
those, the org is asked too. Ends with 3 when somebody came back. Being
registered on the platform again is no coming back: such people are left
alone.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description: 'And whether a receipt is ours',
      command: '<%= config.bin %> <%= command.id %> --receipt receipt.json',
    },
  ]
  static override flags = {
    receipt: Flags.string({ description: 'a receipt whose signature and tombstone are checked', helpValue: 'FILE' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(PrivacyAudit)
    const [{ runAudit }, { auditJson, auditText }] = await Promise.all([
      import('../../cli/run-forget.js'),
      import('../../render/erasure.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runAudit(app, flags.receipt)
    this.log(auditText(result))
    process.exitCode = exitCode
    return auditJson(result)
  }
}
