import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

/** Each of these says how to log in, so the default org is not meant. */
const OWN_LOGIN = ['flow', 'web', 'from-sf', 'alias', 'login-url', 'client-id', 'username', 'key-file', 'secret-file']

export default class AuthLogin extends BaseCommand {
  static override summary = 'Log in to Salesforce and keep the session.'
  static override description = `By JWT bearer (a private key; for servers and cron), client credentials, a
browser (--web; on a server with --no-browser), username and password where
the org still allows it, or with a login of the Salesforce CLI (--from-sf).
Without flags it does what the settings say (SF_CLIENT_ID and so on), and
asks on a terminal for what is missing. With --alias the org gets a name,
which --target-org takes on every command. Secrets are never flags: they
come from the environment, a file, a pipe or a prompt. docs/logins.md has
each way step by step, and what an admin sets up for it. Every other command
logs in by itself when it can; this one shows whether it works, and why not.`
  static override examples = [
    {
      description: 'Log in with the settings of the environment or .env.local',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: 'In the browser, as yourself, and call the org prod',
      command: '<%= config.bin %> <%= command.id %> --web --client-id 3MVG9… --alias prod',
    },
    {
      description: 'With a key, in a sandbox',
      command:
        '<%= config.bin %> <%= command.id %> --alias uat --login-url https://acme--uat.sandbox.my.salesforce.com --client-id 3MVG9… --username bot@acme.com.uat --key-file server.key',
    },
    {
      description: 'With the consumer secret from a pipe',
      command:
        'pass show acme/mh-sf | <%= config.bin %> <%= command.id %> --flow client-credentials --login-url https://acme.my.salesforce.com --client-id 3MVG9… --secret-file - --alias prod',
    },
    {
      description: 'As whom the Salesforce CLI is logged in',
      command: '<%= config.bin %> <%= command.id %> --from-sf my-scratch-org',
    },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]
  // oclif's own, made from what excludes what, has gaps where flags are in two of such groups.
  static override usage =
    '<%= command.id %> [--flow jwt|client-credentials|web|password | --web | --from-sf ALIAS] [--no-browser] [--login-url URL] [--client-id KEY] [--username NAME] [--key-file FILE] [--secret-file FILE] [--callback-port PORT] [--alias NAME | --target-org NAME | --playground] [--set-default] [--json] [-q]'
  static override flags = {
    flow: Flags.option({
      options: ['jwt', 'client-credentials', 'web', 'password'] as const,
      description: 'the way to log in; without it the one whose settings are there',
    })(),
    web: Flags.boolean({ description: 'by browser: --flow web', exclusive: ['flow', 'from-sf'] }),
    browser: Flags.boolean({
      description: 'open a browser of this machine; --no-browser prints the address, for servers',
      default: true,
      allowNo: true,
    }),
    'from-sf': Flags.string({
      description: 'the login that the Salesforce CLI has under this alias or username',
      helpValue: 'ALIAS',
      exclusive: ['flow', 'client-id', 'login-url', 'username', 'key-file', 'secret-file'],
    }),
    alias: Flags.string({
      description: 'the name of the org here, for --target-org',
      helpValue: 'NAME',
      exclusive: ['playground', 'target-org'],
    }),
    'set-default': Flags.boolean({ description: 'it is meant from now on where no org is named' }),
    'login-url': Flags.string({ description: 'SF_LOGIN_URL', helpValue: 'URL' }),
    'client-id': Flags.string({ description: 'SF_CLIENT_ID, the consumer key of the app', helpValue: 'KEY' }),
    username: Flags.string({ description: 'SF_USERNAME' }),
    'key-file': Flags.string({ description: 'SF_PRIVATE_KEY_PATH', helpValue: 'FILE' }),
    'secret-file': Flags.string({
      description: 'file whose first line is the consumer secret, or the password of --flow password; - is a pipe',
      helpValue: 'FILE',
    }),
    'callback-port': Flags.integer({
      description: 'where the browser comes back to: http://localhost:PORT/OauthRedirect, as it stands in the app',
      default: 1717,
      min: 1,
      max: 65_535,
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(AuthLogin)
    const [{ authJson, authText }, { runLogin }, { loginTools }] = await Promise.all([
      import('../../render/auth.js'),
      import('../../cli/run-login.js'),
      import('../../cli/login-tools.js'),
    ])
    const ownLogin = Object.entries(flags).some(([name, value]) => OWN_LOGIN.includes(name) && value !== undefined)
    await using app = await this.open({ ...flags, ownLogin: ownLogin && flags['target-org'] === undefined })
    const tools = loginTools((line) => {
      this.tell(line, flags.quiet)
    })
    const status = await runLogin(app, flags, tools)
    this.log(`Logged in.\n${authText(status)}`)
    return authJson(status)
  }
}
