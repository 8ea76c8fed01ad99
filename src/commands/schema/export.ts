import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class SchemaExport extends BaseCommand {
  static override summary = 'Writes the fields that the org lacks, and a permission set, to be deployed.'
  static override description = `A source tree as the Salesforce CLI has it, or with --format metadata a zip
that \`sf project deploy start --metadata-dir\` takes. The permission set
gives the user of this tool what it does and no more. Nothing is deployed by
this command.`
  static override examples = [
    { description: 'What is missing, as a source tree', command: '<%= config.bin %> <%= command.id %> --out org' },
    {
      description: 'Everything, without asking the org, as a zip',
      command: '<%= config.bin %> <%= command.id %> --all --format metadata --out org.zip',
    },
  ]
  static override flags = {
    out: Flags.string({
      char: 'o',
      description: 'a new directory, or a new file with --format metadata',
      required: true,
    }),
    format: Flags.string({ description: 'how it is written', options: ['source', 'metadata'], default: 'source' }),
    all: Flags.boolean({ description: 'every field, without asking the org which it has' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(SchemaExport)
    const [{ runSchemaExport }, { exportJson, exportText }] = await Promise.all([
      import('../../cli/run-schema.js'),
      import('../../render/schema.js'),
    ])
    await using app = await this.open(flags)
    const written = await runSchemaExport(app, flags)
    this.log(exportText(written))
    return exportJson(written)
  }
}
