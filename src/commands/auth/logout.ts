import { BaseCommand } from '../../cli/base-command.js'

export default class AuthLogout extends BaseCommand {
  static override summary = 'Revoke the cached session at the org and remove it.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<object> {
    const { flags } = await this.parse(AuthLogout)
    await using app = await this.open(flags)
    const session = await app.org().keeper.logOut(app.signal)
    this.log(session ? `Logged out ${session.username}.` : 'Nobody was logged in here.')
    return { loggedOut: session !== undefined, username: session?.username ?? null }
  }
}
