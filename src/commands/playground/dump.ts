import { pipeline } from 'node:stream/promises'
import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundDump extends BaseCommand {
  static override summary = "Write the practice org's records, one a line, as `playground seed` takes them."
  static override examples = [
    { description: 'All of them, to be kept', command: '<%= config.bin %> <%= command.id %> > kept.ndjson' },
    { description: 'One object', command: '<%= config.bin %> <%= command.id %> Contact' },
  ]
  static override args = { object: Args.string({ description: 'an object, as Contact; all when left out' }) }

  async run(): Promise<object> {
    const { args } = await this.parse(PlaygroundDump)
    const [{ openControl }, { dumpPath, dumpRecords }] = await Promise.all([
      import('../../cli/playground-control.js'),
      import('../../cli/playground-records.js'),
    ])
    const control = await openControl(this.config.dataDir)
    const pieces = await control.stream(dumpPath(args.object))
    if (this.jsonEnabled()) return { records: await dumpRecords(pieces) }
    await pipeline(pieces, process.stdout, { end: false })
    return {}
  }
}
