import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundStart extends BaseCommand {
  static override summary = 'Run the practice org and database in the foreground.'
  static override description = `Both listen on loopback only and are loaded with a small, believable story
of a platform and its org. Prints what to put into the environment to reach
them with other clients. Ports stay the same from start to start while they
are free. Ctrl-C ends them; what was changed is forgotten, unless --data
says where to keep it.`
  static override examples = [
    { description: 'Until Ctrl-C', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'A large one', command: '<%= config.bin %> <%= command.id %> --participants 100000' },
    { description: 'One that survives restarts', command: '<%= config.bin %> <%= command.id %> --data ./rehearsal' },
    {
      description: 'Only the org, for another client',
      command: '<%= config.bin %> <%= command.id %> --org-only --org-port 6101',
    },
  ]
  static override flags = {
    participants: Flags.integer({ description: 'how many people the story has', min: 100, max: 5_000_000 }),
    seed: Flags.string({ description: 'another seed tells another story' }),
    data: Flags.string({
      description: 'keep all in this directory; what it has already is loaded instead of the story',
      helpValue: 'DIR',
    }),
    'org-only': Flags.boolean({ description: 'only the org, without a database' }),
    'org-port': Flags.integer({ description: "the org's port  [default: the last one]", min: 1, max: 65_535 }),
    'mongo-port': Flags.integer({ description: "the database's port  [default: the last one]", min: 1, max: 65_535 }),
  }

  async run(): Promise<undefined> {
    const { flags } = await this.parse(PlaygroundStart)
    const { foreseen, playgroundDirectory, playgroundJson, playgroundText, progressTeller } =
      await import('../../cli/playground.js')
    const { runInForeground } = await import('../../playground/launch.js')
    const onProgress = progressTeller((line) => {
      this.tell(line, flags.quiet)
    })
    const onReady = (state: Parameters<typeof playgroundJson>[0]) => {
      if (this.jsonEnabled()) this.logJson(playgroundJson(state))
      else this.log(`${playgroundText(state, { started: true, differs: false })}\nCtrl-C ends it.`)
    }
    // The playground ends by itself at a signal.
    this.settleOnSignal()
    const { participants, seed } = flags
    const ended = runInForeground({
      dir: playgroundDirectory(this.config.dataDir),
      participants,
      seed,
      data: flags.data,
      orgOnly: flags['org-only'],
      orgPort: flags['org-port'],
      mongoPort: flags['mongo-port'],
      onProgress,
      onReady,
    })
    process.exitCode = (await foreseen(ended)) === 'SIGINT' ? 130 : 143
    return undefined
  }
}
