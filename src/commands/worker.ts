import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { maxApiCalls } from '../cli/max-api-calls.js'

export default class Worker extends BaseCommand {
  static override summary = 'Look up the people who wait in the queue, continuously or once.'
  static override description = `Sign-up saves first and leaves whom it could not look up in the queue. A
worker takes up to 200 at a time, so that one API call serves many. What
fails is tried three times with growing pauses; while the org is down, one
person at a time. Start as many workers as you like, on as many machines.
SIGTERM lets it finish the batch in hand. Log lines go to stderr and name
nobody.`
  static override examples = [
    { description: 'Until it is stopped', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Everybody who is due, then end', command: '<%= config.bin %> <%= command.id %> --once' },
    {
      description: 'As a service, with health and metrics',
      command: '<%= config.bin %> <%= command.id %> --log json --listen 127.0.0.1:9464',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --once --playground' },
  ]
  static override flags = {
    once: Flags.boolean({ description: 'end when nobody is due', default: false }),
    concurrency: Flags.integer({ description: 'batches in hand at a time', default: 2, min: 1, max: 25 }),
    'batch-window': Flags.integer({
      description: 'after somebody came, wait so many milliseconds for others to join the batch',
      default: 250,
      min: 0,
      max: 60_000,
    }),
    listen: Flags.string({
      description: 'serve /healthz and /metrics here; a port alone is on loopback',
      helpValue: '127.0.0.1:9464',
    }),
    log: Flags.option({
      options: ['text', 'json'] as const,
      description: 'how log lines look; without it text on a terminal, else json',
    })(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Worker)
    const [{ runWorker }, { workedJson, workedText, workerLine }] = await Promise.all([
      import('../cli/run-worker.js'),
      import('../render/worker.js'),
    ])
    await using app = await this.open(flags)
    const format = flags.log ?? (process.stderr.isTTY ? 'text' : 'json')
    const worked = await runWorker(app, flags, (news) => {
      const line = workerLine(news, app.clock.now(), format)
      if (line !== undefined) this.tell(line, flags.quiet)
    })
    this.log(workedText(worked))
    if (worked.stopped) this.complain(worked.stopped)
    process.exitCode = worked.exitCode
    return workedJson(worked)
  }
}
