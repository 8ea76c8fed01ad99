import { BaseCommand } from '../cli/base-command.js'

export default class Quota extends BaseCommand {
  static override summary = "What is left of the org's API calls, whose they were, what the rest is good for."
  static override description = `Asks the org once (one API call). Runs go up to a ceiling (quota.ceiling)
and leave a reserve (quota.reserve) to lookups. Which calls were ours is
told where there is a database: there they are kept by the hour.`
  static override examples = [
    { description: 'Before a large run', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
    { description: 'Practise', command: '<%= config.bin %> <%= command.id %> --playground' },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(Quota)
    const [{ runQuota }, { quotaJson, quotaText }] = await Promise.all([
      import('../cli/run-quota.js'),
      import('../render/quota.js'),
    ])
    await using app = await this.open(flags)
    const shown = await runQuota(app)
    this.log(quotaText(shown))
    return quotaJson(shown)
  }
}
