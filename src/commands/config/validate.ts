import { BaseCommand } from '../../cli/base-command.js'
import { exitCodes } from '../../errors.js'

export default class ConfigValidate extends BaseCommand {
  static override summary = 'Can the settings be used? Every problem at once, with what was probably meant.'
  static override description = `Reads the config file and the environment and connects to nothing; mh-sf
doctor looks at both systems too. Ends with 2 when there is a problem.`
  static override examples = [
    { description: 'Before a new config file is put in place', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(ConfigValidate)
    const [{ validateConfig }, { validityText }] = await Promise.all([
      import('../../cli/config-validate.js'),
      import('../../render/settings.js'),
    ])
    await using app = await this.open(flags, () => undefined)
    const validity = await validateConfig(app)
    this.log(validityText(validity))
    process.exitCode = validity.problems.length > 0 ? exitCodes.CONFIG_INVALID : 0
    return validity
  }
}
