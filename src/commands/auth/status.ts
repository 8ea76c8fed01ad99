import { BaseCommand } from '../../cli/base-command.js'
import { MhError } from '../../errors.js'

export default class AuthStatus extends BaseCommand {
  static override summary = 'Show the cached session, and whether it lives.'
  static override description = `Asks the org once (one API call), so an expired session is renewed on the
way. Exit code 5 when there is none.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<object> {
    const { flags } = await this.parse(AuthStatus)
    const [{ authJson, authText }, { readAllowance }] = await Promise.all([
      import('../../render/auth.js'),
      import('../../salesforce/limits.js'),
    ])
    await using app = await this.open(flags)
    const org = app.org()
    if (!(await org.keeper.cached()))
      throw new MhError('SF_NOT_LOGGED_IN', 'Nobody is logged in here.', 'Run `mh-sf auth login`.')
    const allowance = await readAllowance(org)
    const { target: name } = app.settings
    const [session, store, { default: meant }] = await Promise.all([
      org.session(),
      app.secretStore(),
      app.namedOrgs.read(),
    ])
    const named = name === undefined ? {} : { name, isDefault: name === meant }
    const status = { session, path: org.keeper.store.path, store, ...named, allowance }
    this.log(authText(status))
    return authJson(status)
  }
}
