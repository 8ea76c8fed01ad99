import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class NightlySchedule extends BaseCommand {
  static override summary = 'Print what starts the night every day: a crontab line, a timer, a CronJob.'
  static override description = `For this machine: with the absolute paths of node and mh-sf, the directory in
which it finds .env.local and mh-sf.config.json, and a log. Changes nothing;
how to install it is told on stderr. Nights do not overlap: the second ends
with 7 at once. One that starts twice, or late, does no harm.`
  static override examples = [
    { description: 'A line for crontab', command: '<%= config.bin %> <%= command.id %> --at 02:30' },
    {
      description: 'A systemd service and timer',
      command: '<%= config.bin %> <%= command.id %> --format systemd --time-zone Europe/Berlin',
    },
    {
      description: 'With the settings in a file of their own',
      command: '<%= config.bin %> <%= command.id %> --environment-file /etc/mh-sf/env',
    },
    { description: 'A Kubernetes CronJob', command: '<%= config.bin %> <%= command.id %> --format kubernetes' },
  ]
  static override flags = {
    at: Flags.string({ description: 'time of day', default: '02:30', helpValue: 'HH:MM' }),
    'time-zone': Flags.string({
      description: "time zone of that time; without it the machine's",
      helpValue: 'Europe/Berlin',
    }),
    format: Flags.option({
      options: ['crontab', 'systemd', 'kubernetes'] as const,
      default: 'crontab' as const,
      description: 'for which scheduler',
    })(),
    'environment-file': Flags.string({
      description: 'file of NAME=value lines with the settings, for whoever keeps them outside of that directory',
      helpValue: 'FILE',
    }),
    directory: Flags.string({ description: 'where .env.local and mh-sf.config.json are; without it, here' }),
    log: Flags.string({
      description: 'file that the night is told in; without it mh-sf-nightly.log in that directory',
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(NightlySchedule)
    const [{ scheduleOf, warningsOf }, { scheduleText }] = await Promise.all([
      import('../../cli/schedule.js'),
      import('../../render/schedule.js'),
    ])
    const schedule = await scheduleOf(flags, this.config)
    const { text, install } = scheduleText(schedule, flags.format, this.argv)
    for (const line of await warningsOf(schedule, flags.format)) this.tell(`Note     ${line}`, flags.quiet)
    this.tell(`Install  ${install}`, flags.quiet)
    this.log(text)
    return { format: flags.format, ...schedule, text, install }
  }
}
