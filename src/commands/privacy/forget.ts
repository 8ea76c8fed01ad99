import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'

export default class PrivacyForget extends BaseCommand {
  static override summary = 'Erase somebody in both systems and in our own collections, with a receipt.'
  static override description = `Finds the person under all addresses and ids, shows what goes, what is
masked and what stays and why, and asks for the address or id once more;
elsewhere than on a terminal --confirm gives it. Members in our campaigns,
Leads that we made, what we wrote to Contacts and participants, and
everything of them in our own collections goes; what is left is a keyed
tombstone, by which nobody brings them back. It cannot be undone. Cut off
anywhere, the same command does the rest.`
  static override examples = [
    { description: 'See what would go', command: '<%= config.bin %> <%= command.id %> ana@example.com --dry-run' },
    {
      description: 'Erase, and keep the receipt',
      command: '<%= config.bin %> <%= command.id %> ana@example.com --confirm ana@example.com --receipt receipt.json',
    },
  ]
  static override args = {
    who: Args.string({ description: 'address, or id of a participant, contact or lead', required: true }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ description: 'show what would go, erase nothing', default: false }),
    confirm: Flags.string({ description: 'the same address or id again, instead of typing it', helpValue: 'WHO' }),
    'recycle-bin': Flags.boolean({
      description: "also empty what we deleted from the org's recycle bin",
      default: false,
    }),
    receipt: Flags.string({ description: 'write the signed receipt to this file', helpValue: 'FILE' }),
    force: Flags.boolean({ description: 'replace the receipt if it is there', dependsOn: ['receipt'] }),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(PrivacyForget)
    const [{ runForget }, { forgottenJson, forgottenText }] = await Promise.all([
      import('../../cli/run-forget.js'),
      import('../../render/erasure.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runForget(app, args.who, flags, (line) => {
      this.tell(line, false)
    })
    this.log(forgottenText(result))
    process.exitCode = exitCode
    return forgottenJson(result)
  }
}
