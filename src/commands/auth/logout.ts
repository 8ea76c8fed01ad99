import { BaseCommand } from '../../cli/base-command.js'

export default class AuthLogout extends BaseCommand {
  static override summary = 'Revoke the login at the org and remove what is kept of it.'
  static override description = `A refresh token is revoked with its sessions. An org that has a name loses it.
A login of the Salesforce CLI is only forgotten: \`sf org logout\` ends it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'An org that has a name', command: '<%= config.bin %> <%= command.id %> --target-org prod' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(AuthLogout)
    await using app = await this.open(flags)
    const { target: name } = app.settings
    const session = await app.org().keeper.logOut(app.signal)
    if (name !== undefined) await app.namedOrgs.remove(name)
    const whom = name === undefined ? '' : ` of ${name}`
    this.log(session ? `Logged out ${session.username}${whom}.` : 'Nobody was logged in here.')
    if (name !== undefined && (await app.namedOrgs.lackDefault()))
      this.log((await import('../../render/org-list.js')).NO_DEFAULT)
    return { loggedOut: session !== undefined, name: name ?? null, username: session?.username ?? null }
  }
}
