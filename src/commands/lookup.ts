import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { maxApiCalls } from '../cli/max-api-calls.js'

export default class Lookup extends BaseCommand {
  static override summary = 'Who somebody is in Salesforce, and why.'
  static override description = `Finds the contact or lead of an address, with account, tier, owner,
campaigns and a link to the record, and says why it is that one. Answers are
believed for 15 minutes; --refresh asks again. Exit code 4 when nobody was
found, 3 when something that was given is not an address.`
  static override examples = [
    { description: 'One person', command: '<%= config.bin %> <%= command.id %> ana@example.com' },
    {
      description: 'Many, from a file, as JSON',
      command: 'cat addresses.txt | <%= config.bin %> <%= command.id %> - --json',
    },
    {
      description: 'Write what was found to the participant',
      command: '<%= config.bin %> <%= command.id %> ana@example.com --save',
    },
  ]
  static override strict = false
  static override args = {
    email: Args.string({
      description: 'one or more addresses, or - to read them from stdin, one a line',
      required: true,
    }),
  }
  static override flags = {
    refresh: Flags.boolean({ description: 'ask the org even if the answer is cached' }),
    save: Flags.boolean({ description: 'write the enrichment to the participants with these addresses' }),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags, argv } = await this.parse(Lookup)
    const [{ runLookup }, { lookupJson, lookupText }] = await Promise.all([
      import('../cli/run-lookup.js'),
      import('../render/lookup.js'),
    ])
    await using app = await this.open(flags)
    const found = await runLookup(app, argv.map(String), flags, (line) => {
      this.tell(line, flags.quiet)
    })
    this.log(lookupText(found.result, found.instanceUrl, app.clock.now()))
    process.exitCode = found.exitCode
    return lookupJson(found.result, found.instanceUrl, found.refused)
  }
}
