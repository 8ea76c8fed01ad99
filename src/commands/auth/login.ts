import { BaseCommand } from '../../cli/base-command.js'

export default class AuthLogin extends BaseCommand {
  static override summary = 'Log in to Salesforce and cache the session.'
  static override description = `Uses JWT bearer with SF_CLIENT_ID, SF_USERNAME and SF_PRIVATE_KEY_PATH
(recommended), or username and password with SF_CLIENT_ID, SF_CLIENT_SECRET,
SF_USERNAME and SF_PASSWORD where the org still allows it. SF_LOGIN_URL says
where. Every other command logs in by itself when it can; this one shows
whether it works, and why not.`
  static override examples = [
    {
      description: 'Log in with the settings of the environment or .env.local',
      command: '<%= config.bin %> <%= command.id %>',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(AuthLogin)
    const { authJson, authText } = await import('../../render/auth.js')
    await using app = await this.open(flags)
    const { keeper } = app.org()
    const status = { session: await keeper.logIn(app.signal), path: keeper.store.path }
    this.log(`Logged in.\n${authText(status)}`)
    return authJson(status)
  }
}
