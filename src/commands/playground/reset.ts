import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundReset extends BaseCommand {
  static override summary = 'Start the practice org and database anew, in the background.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'With 5,000 people', command: '<%= config.bin %> <%= command.id %> --participants 5000' },
  ]
  static override flags = {
    participants: Flags.integer({ description: 'how many people the story has', min: 100, max: 5_000_000 }),
    seed: Flags.string({ description: 'another seed tells another story' }),
    'org-only': Flags.boolean({ description: 'only the org, without a database' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(PlaygroundReset)
    const { foreseen, playgroundDirectory, playgroundJson, playgroundText, progressTeller } =
      await import('../../cli/playground.js')
    const { resetPlayground } = await import('../../playground/launch.js')
    const onProgress = progressTeller((line) => {
      this.tell(line, flags.quiet)
    })
    const { participants, seed } = flags
    const launched = await foreseen(
      resetPlayground({
        dir: playgroundDirectory(this.config.dataDir),
        participants,
        seed,
        orgOnly: flags['org-only'],
        onProgress,
      }),
    )
    this.log(playgroundText(launched.state, launched))
    return playgroundJson(launched.state)
  }
}
