import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'

export default class Explain extends BaseCommand {
  static override summary = 'Why one person is as they are in both systems, and what a sync would do next.'
  static override description = `Reads both systems for this person and writes nothing. Every reason is one
that backfill, campaign sync and the night go by.`
  static override args = {
    person: Args.string({ description: 'an address, or the id of a participant', required: true }),
  }
  static override examples = [
    { description: 'Why is she no member?', command: '<%= config.bin %> <%= command.id %> ana@example.com' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> ana@example.com --json' },
  ]

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Explain)
    const [{ runExplain }, { explainJson, explainText }] = await Promise.all([
      import('../cli/run-person.js'),
      import('../render/explain.js'),
    ])
    await using app = await this.open(flags)
    const explained = await runExplain(app, args.person)
    this.log(explainText(explained, app.clock.now()))
    return explainJson(explained)
  }
}
