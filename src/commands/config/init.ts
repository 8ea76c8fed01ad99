import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class ConfigInit extends BaseCommand {
  static override summary = 'Sets everything up: asks, shows what it will write, writes it, and tries it.'
  static override description = `Asks for the database, the org and the login, and once the login works for
what the org knows: Campaign type and member statuses. A key pair is made
where one is wanted, with the steps for the Salesforce admin. Settings go to
mh-sf.config.json, with a comment each; addresses and secrets to .env.local,
which only you can read. Ends like mh-sf doctor, which it runs last.

Run again it edits: what is there is the default, and what it does not ask
about stays as it is. Each answer has a flag; without a terminal all have to
be given or there already, and --yes takes the defaults. Secrets are no
flags: MONGODB_URI, SF_CLIENT_SECRET and SF_PASSWORD are taken from the
environment.`
  static override examples = [
    { description: 'The first time', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Try it in an empty directory',
      command: '<%= config.bin %> <%= command.id %> --playground',
    },
    {
      description: 'Without questions',
      command: `<%= config.bin %> <%= command.id %> --yes --login-url https://example.my.salesforce.com --client-id 3MVG9 --username sync@example.com`,
    },
    { description: 'Change one answer', command: '<%= config.bin %> <%= command.id %> --yes --quota-share 0.5' },
  ]
  static override flags = {
    'mongodb-uri': Flags.string({ description: "the platform's database; without a password in it" }),
    database: Flags.string({ description: 'its name on that server' }),
    'login-url': Flags.string({ description: 'where to log in: login or test.salesforce.com, or the My Domain' }),
    login: Flags.string({ description: 'how to log in', options: ['jwt', 'client-credentials', 'web', 'password'] }),
    'client-id': Flags.string({ description: "consumer key of the org's app" }),
    username: Flags.string({ description: 'the Salesforce username' }),
    'private-key': Flags.string({
      description: 'PEM file of the key, or new: a key pair is made',
      helpValue: 'FILE|new',
    }),
    'campaign-type': Flags.string({ description: "Campaign.Type of our Campaigns, or none: the org's default" }),
    'status-registered': Flags.string({ description: 'member status of who signed up' }),
    'status-no-show': Flags.string({ description: 'member status of who did not come' }),
    'status-attended': Flags.string({ description: 'member status of who came' }),
    consent: Flags.string({
      description: 'where consent is recorded: record, newsletter, answer:QUESTION; several in their order',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'quota-share': Flags.string({ description: "share of the org's API calls that may be used, as 0.8" }),
    schedule: Flags.string({
      description: 'what starts the night',
      options: ['crontab', 'systemd', 'kubernetes', 'none'],
    }),
    at: Flags.string({ description: 'time of day of the night', default: '02:30', helpValue: 'HH:MM' }),
    yes: Flags.boolean({ char: 'y', description: 'ask nothing: take what is there already, else the defaults' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(ConfigInit)
    const [
      { runConfigInit },
      { runDoctor },
      { doctorText },
      { scheduleOf },
      { scheduleText },
      { setUpJson, setUpText },
    ] = await Promise.all([
      import('../../cli/run-config-init.js'),
      import('../../cli/run-doctor.js'),
      import('../../render/doctor.js'),
      import('../../cli/schedule.js'),
      import('../../render/schedule.js'),
      import('../../render/set-up.js'),
    ])
    const night = await scheduleOf({ at: flags.at }, this.config)
    // A named org is not what this directory's own files say.
    await using before = await this.open({ ...flags, ownLogin: true })
    const setUp = await runConfigInit(before, flags, (line) => {
      this.tell(line, flags.quiet)
    })
    const { schedule: format } = setUp
    const schedule = format === 'none' ? undefined : scheduleText(night, format, ['--at', flags.at, '--format', format])
    await using after = await this.open({ ...flags, quiet: true })
    const diagnosis = await runDoctor(after)
    this.log(setUpText(setUp, schedule))
    this.log(doctorText(diagnosis))
    process.exitCode = diagnosis.exitCode
    return setUpJson(setUp, schedule, diagnosis)
  }
}
