import { BaseCommand } from '../../cli/base-command.js'

export default class SchemaCheck extends BaseCommand {
  static override summary = 'Which fields, rights and values the tool would like in the org, and why.'
  static override description = `Asks the org in two API calls. Everything works without them, and what is
lost then is said of each. What is missing can be exported for an admin:
schema export.`
  static override examples = [
    { description: 'What the org has and lacks', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(SchemaCheck)
    const [{ runSchemaCheck }, { schemaJson, schemaText }] = await Promise.all([
      import('../../cli/run-schema.js'),
      import('../../render/schema.js'),
    ])
    await using app = await this.open(flags)
    const checked = await runSchemaCheck(app)
    this.log(schemaText(checked))
    return schemaJson(checked)
  }
}
