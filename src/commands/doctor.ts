import { BaseCommand } from '../cli/base-command.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Is everything set up? Looks at each part; what is wrong comes with its fix.'
  static override description = `Looks at the settings, the database and its rights, the login, each object
and field in the org, quota, clocks, files, Redis, the nights and the
alerts, all at the same time and in less than five seconds. One document of
our own is written and removed again; the org is asked in five or six API
calls. Ends with 0 when nothing fails, with 5 for a login or a right, 2 for
a setting, 1 otherwise.`
  static override examples = [
    { description: 'After setting up, and whenever something is odd', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(Doctor)
    const [{ runDoctor }, { doctorJson, doctorText }] = await Promise.all([
      import('../cli/run-doctor.js'),
      import('../render/doctor.js'),
    ])
    let wrongConfig: Parameters<typeof runDoctor>[1]
    await using app = await this.open(flags, (problem) => {
      wrongConfig = problem
    })
    const diagnosis = await runDoctor(app, wrongConfig, process.uptime() * 1_000)
    this.log(doctorText(diagnosis))
    process.exitCode = diagnosis.exitCode
    return doctorJson(diagnosis)
  }
}
