import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'

export default class Dashboard extends BaseCommand {
  static override summary = 'The admin page, in a browser of this machine.'
  static override description = `Shows where the sync stands, runs, parked people, participants and events,
and does what the commands do: it starts them, shows what they would do,
asks, and shows what came of it. It listens on loopback only. The link that
it prints lets one browser in, once, within ten minutes. Ctrl-C ends it, and
lets what goes on settle what it has in hand.`
  static override examples = [
    { description: 'Open the link that it prints', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Only to look', command: '<%= config.bin %> <%= command.id %> --read-only' },
    {
      description: 'On a port that ssh -L 8137:127.0.0.1:8137 leads to',
      command: '<%= config.bin %> <%= command.id %> --port 8137',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]
  static override flags = {
    port: Flags.integer({ description: 'listen on this port; 0 is one that is free', default: 0, min: 0, max: 65_535 }),
    host: Flags.string({
      description: 'an address of this machine alone: 127.0.0.1, localhost or ::1',
      default: '127.0.0.1',
    }),
    'read-only': Flags.boolean({ description: 'show everything, do nothing', default: false }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Dashboard)
    const [{ runDashboard }, { ownEnvironment }] = await Promise.all([
      import('../dashboard/run-dashboard.js'),
      import('../cli/own-environment.js'),
    ])
    const open = await this.opener(flags)
    const { port, host, playground, 'read-only': readOnly } = flags
    const { target } = open().settings
    const launcher = {
      program: join(this.config.root, 'bin/run.js'),
      also: playground ? ['--playground'] : target === undefined ? [] : ['--target-org', target],
      environment: ownEnvironment(),
      directory: process.cwd(),
    }
    return runDashboard(open, { port, host, playground, readOnly, launcher }, (line) => {
      process.stderr.write(`${line}\n`)
    })
  }
}
