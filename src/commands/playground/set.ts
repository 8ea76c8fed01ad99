import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundSet extends BaseCommand {
  static override summary = 'Change how the practice org behaves, or list its settings with what they mean.'
  static override examples = [
    { description: 'All settings', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Uneven pages, and twenty API calls left',
      command: '<%= config.bin %> <%= command.id %> pageSizes=3,1,2 usedElsewhere=99980',
    },
    {
      description: 'A bulk job waits two seconds',
      command: '<%= config.bin %> <%= command.id %> bulkQueueMs=2000',
    },
  ]
  static override strict = false
  static override args = { setting: Args.string({ description: 'one or more settings, as NAME=VALUE' }) }

  async run(): Promise<object> {
    const { argv } = await this.parse(PlaygroundSet)
    const [{ openControl }, { settingsOf, settingsText }] = await Promise.all([
      import('../../cli/playground-control.js'),
      import('../../cli/playground-settings.js'),
    ])
    const control = await openControl(this.config.dataDir)
    const known = (await control.get('/settings')) as Parameters<typeof settingsText>[0]
    const typed = settingsOf(argv.map(String), known)
    const names = Object.keys(typed)
    const all = names.length === 0 ? known : ((await control.post('/settings', typed)) as typeof known)
    const shown = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
    this.log(settingsText(shown))
    return { settings: shown }
  }
}
