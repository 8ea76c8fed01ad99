import { BaseCommand } from '../../cli/base-command.js'

export default class AuthList extends BaseCommand {
  static override summary = 'List the orgs that have names here.'
  static override description = `Tells production, sandbox, scratch and developer orgs apart, and which of
them commands work with: that of --target-org, else SF_TARGET_ORG, else the
login of the environment, else the default. Asks no org.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<object> {
    const { flags } = await this.parse(AuthList)
    const [{ listOrgs }, { orgsText }] = await Promise.all([
      import('../../cli/list-orgs.js'),
      import('../../render/org-list.js'),
    ])
    await using app = await this.open(flags)
    const orgs = await listOrgs(app)
    this.log(orgsText(orgs))
    return { orgs }
  }
}
