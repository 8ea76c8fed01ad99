import type { DataFlow } from '../app/data-flow.js'
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
  warnings: readonly { name: string; suggestion: string | null }[]
}

/** Every problem of the settings, in 80 columns. */
export function validityText({ file, isThere, problems, warnings }: Validity): string {
  const rows = (where: 'file' | 'environment') => problems.filter((each) => each.in === where)
  const inFile = rows('file').map(({ message }) => [printable(message)])
  const named = [
    ...rows('environment').map(({ setting, message }) => [setting, printable(message)]),
    ...warnings.map((warning) => [printable(warning.name), strangeText(warning)]),
  ]
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

/** That a name of the environment means nothing, and what was probably meant. */
function strangeText({ suggestion }: { suggestion: string | null }): string {
  return `not a setting${suggestion === null ? '' : `; did you mean ${printable(suggestion)}?`}`
}

/** Which fields cross, in 80 columns: those of one object for the same people stand together. */
export function dataFlowText(flows: readonly DataFlow[]): string {
  const groups = new Map<string, { flow: DataFlow; fields: string[] }>()
  for (const flow of flows) {
    const key = [flow.system, flow.object, flow.access, flow.whom].join('\n')
    const group = groups.get(key) ?? { flow, fields: [] }
    group.fields.push(flow.field)
    groups.set(key, group)
  }
  const rows = [...groups.values()].map(({ flow: { object, access, whom }, fields }) => [
    object,
    access,
    printable(fields.join(', ')),
    printable(whom),
  ])
  const shown = table([['Object', 'Access', 'Fields', 'Of whom'], ...rows], [20, 8, 26, 14])
  return `Objects with a capital are Salesforce's, the others collections of MongoDB.\n\n${shown}`
}
