import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PrivacyExport extends BaseCommand {
  static override summary = 'Everything that is held about somebody, as JSON and as a page for them.'
  static override description = `Finds the person under all addresses and ids, and reads what the platform
holds, the fields of their Contacts and Leads that we use, their
memberships, and our own collections. The files are readable for their owner
alone; what is printed is how much was found and where.`
  static override examples = [
    {
      description: 'A page for the person, and the same as JSON',
      command: '<%= config.bin %> <%= command.id %> ana@example.com --html ana.html --out ana.json',
    },
  ]
  static override args = {
    who: Args.string({ description: 'address, or id of a participant, contact or lead', required: true }),
  }
  static override flags = {
    out: Flags.string({ description: 'write JSON to this file', helpValue: 'FILE' }),
    html: Flags.string({ description: 'write a page that needs nothing else to this file', helpValue: 'FILE' }),
    force: Flags.boolean({ description: 'replace the files if they are there', default: false }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(PrivacyExport)
    const [{ runPrivacyExport }, { personalDataJson, personalDataSummary }] = await Promise.all([
      import('../../cli/run-privacy-export.js'),
      import('../../render/personal-data.js'),
    ])
    await using app = await this.open(flags)
    const { data, files } = await runPrivacyExport(app, args.who, flags)
    this.log(personalDataSummary(data, files))
    return personalDataJson(data, files)
  }
}
