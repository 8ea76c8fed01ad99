import { BaseCommand } from '../../cli/base-command.js'
import { csvFlag } from '../../cli/csv-flag.js'

export default class CampaignList extends BaseCommand {
  static override summary = 'Each event with its Campaign, how many members it has, and what drifted.'
  static override description = `Drafts get no Campaign and are left out. Nothing is written. Events on which
a person has to decide are told with the command that does it.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = { csv: csvFlag() }

  async run(): Promise<object> {
    const { flags } = await this.parse(CampaignList)
    const [{ runCampaignList }, { listJson, listText }] = await Promise.all([
      import('../../cli/run-campaigns.js'),
      import('../../render/campaigns.js'),
    ])
    await using app = await this.open(flags)
    const all = await runCampaignList(app)
    if (flags.csv) this.logCsv((await import('../../render/spreadsheets.js')).campaignsCsv(all))
    else this.log(listText(all))
    return listJson(all)
  }
}
