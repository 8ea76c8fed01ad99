import type { ShownSetting } from '../app/shown-settings.js'
import { printable } from './printable.js'
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
