import type { ShownSetting } from '../app/shown-settings.js'
import { emphasised } from './emphasis.js'
import { plural, printable } from './printable.js'
import { table } from './table.js'

/** Settings in 80 columns: name, value, where it comes from. */
export function settingsText(settings: readonly ShownSetting[]): string {
  return table(
    [
      ['Setting', 'Value', 'From'],
      ...settings.map(({ name, value, from }) => [name, printable(value), printable(from)]),
    ],
    [46, 18],
  )
}

/** What `config validate` found. */
interface Validity {
  file: string
  isThere: boolean
  problems: readonly { in: 'file' | 'environment'; setting: string; message: string }[]
}

/** Every problem of the settings, in 80 columns. */
export function validityText({ file, isThere, problems }: Validity): string {
  const rows = (where: 'file' | 'environment') => problems.filter((each) => each.in === where)
  const inFile = rows('file').map(({ message }) => [printable(message)])
  const named = rows('environment').map(({ setting, message }) => [setting, printable(message)])
  return [
    `${printable(file)}${isThere ? '' : ': there is none, and every setting of it has its default'}`,
    ...(inFile.length > 0 ? [table(inFile, [])] : []),
    ...(named.length > 0 ? ['', 'The environment, .env.local and .env', table(named, [20])] : []),
    '',
    problems.length === 0
      ? emphasised('The settings can be used.', 'fine')
      : `${emphasised(plural(problems.length, 'problem'), 'wrong')}; docs/configuration.md lists what may stand there.`,
  ].join('\n')
}
