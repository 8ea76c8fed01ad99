import { join } from 'node:path'
import { CommandHelp, Config } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { widthOf } from './support/columns.js'

const config = await Config.load(join(import.meta.dirname, '..'))
const helpOf = (command: Config['commands'][number]) =>
  new CommandHelp(command, config, { maxWidth: 80, stripAnsi: true }).generate()

describe('the help', () => {
  test.each(config.commands.map((command) => ({ command, id: command.id.replaceAll(':', ' ') })))(
    'of $id has no gap in its usage, and fits 80 columns but for commands to copy',
    ({ command }) => {
      const help = helpOf(command)
      const [usage = ''] = /^USAGE\n(?: .*\n)+/mu.exec(help) ?? []
      expect(usage).not.toBe('')
      expect(usage.replaceAll(/\s+/gu, ' ')).not.toMatch(/[[(|] ?[\])|]/u)
      const prose = help.split('\n').filter((line) => !line.startsWith('    $ '))
      expect(widthOf(prose.join('\n'))).toBeLessThanOrEqual(80)
    },
  )
})
