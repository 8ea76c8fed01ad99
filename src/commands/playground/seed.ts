import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundSeed extends BaseCommand {
  static override summary = 'Load records into the practice org as they are, past every rule of saving.'
  static override description = `FILE is JSON, {"Contact": [{"LastName": "Okafor"}]}, or NDJSON as
\`playground dump\` writes it. A record whose Id is there already is
overwritten.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> contacts.json',
    {
      description: 'What was kept before',
      command: '<%= config.bin %> <%= command.id %> - < kept.ndjson',
    },
  ]
  static override args = { file: Args.string({ description: 'the file, or - for stdin', required: true }) }

  async run(): Promise<object> {
    const { args } = await this.parse(PlaygroundSeed)
    const [{ openControl }, { seedFile, loadedText }] = await Promise.all([
      import('../../cli/playground-control.js'),
      import('../../cli/playground-records.js'),
    ])
    const loaded = await seedFile(await openControl(this.config.dataDir), args.file)
    this.log(loadedText(loaded))
    return { loaded }
  }
}
