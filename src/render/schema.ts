import {
  PERMISSION_SET,
  type FieldState,
  type SchemaCheck,
  type SchemaExport,
  type WantedField,
} from '../domain/org-schema.js'
import { emphasised, type Emphasis } from './emphasis.js'
import { plural, printable } from './printable.js'
import { table } from './table.js'

const LOOKS: Readonly<Record<FieldState, Emphasis>> = {
  there: 'fine',
  missing: 'look',
  'read only': 'look',
  'not used': 'look',
}

/** What the org has and lacks, why it is wanted and what is lost without; 80 columns. */
export function schemaText({ fields, lackingRights, lackingValues, isComplete }: SchemaCheck): string {
  const rows = fields.map(({ wanted, state }) => [
    emphasised(state, LOOKS[state]),
    `${pathOf(wanted)}: ${wanted.why}${state === 'there' ? '' : `. ${insteadOf(wanted, state)}`}`,
  ])
  const rights = lackingRights.map(({ object, right, why, needed }) => [
    emphasised('no right', needed ? 'wrong' : 'look'),
    `${right} ${object}: ${why}`,
  ])
  const values = lackingValues.map(({ field, value }) => [
    emphasised('no value', 'look'),
    `Campaign.${field} "${printable(value)}": named by the settings`,
  ])
  return [table([...rows, ...rights, ...values], [9]), '', ...nextSteps(fields, isComplete, rights.length)].join('\n')
}

function insteadOf({ without, setting, name }: WantedField, state: FieldState): string {
  if (state === 'not used') return `To use it, set ${setting.path} to "${name}" in mh-sf.config.json`
  return `Without it ${without}`
}

function nextSteps(fields: SchemaCheck['fields'], isComplete: boolean, rights: number): string[] {
  if (isComplete) return ['The org has all that the settings can use.']
  const missing = fields.filter(({ state }) => state === 'missing').length
  return [
    'Everything works without these, but for what is said above. A field that is',
    'missing may be there and hidden from this user: the org does not say which.',
    ...(missing + rights > 0 ? ['What an admin deploys: mh-sf schema export --out DIR'] : []),
  ]
}

/** The same for a program. */
export function schemaJson({ fields, lackingRights, lackingValues, isComplete }: SchemaCheck): object {
  return {
    isComplete,
    permissionSet: PERMISSION_SET,
    fields: fields.map(({ wanted, state }) => ({ ...fieldJson(wanted), state })),
    lackingRights,
    lackingValues,
  }
}

/** What was written, and how an admin deploys it. */
export interface ShownExport {
  exported: SchemaExport
  out: string
  format: 'source' | 'metadata'
  paths: readonly string[]
}

export function exportText({ exported, out, format }: ShownExport): string {
  const how = format === 'source' ? '--source-dir force-app' : `--metadata-dir ${printable(out)} --single-package`
  return [
    `Written to ${printable(out)}: ${plural(exported.fields.length, 'field')} and the permission set ${PERMISSION_SET}.`,
    '',
    'An admin deploys and assigns it:',
    ...(format === 'source' ? [`  cd ${printable(out)}`] : []),
    `  sf project deploy start ${how} \\`,
    '    --target-org ALIAS',
    `  sf org assign permset --name ${PERMISSION_SET} --on-behalf-of USERNAME \\`,
    '    --target-org ALIAS',
    ...settingsToMake(exported),
    '',
    'Then: mh-sf schema check',
  ].join('\n')
}

/** Fields that are deployed and used only once a setting names them. */
function settingsToMake({ grants }: SchemaExport): string[] {
  const unset = grants.filter(({ setting }) => !setting.isSet)
  if (unset.length === 0) return []
  return [
    '',
    'Fields are used once mh-sf.config.json names them:',
    ...unset.map(({ name, setting }) => `  ${setting.path}: "${name}"`),
  ]
}

export function exportJson({ exported, out, format, paths }: ShownExport): object {
  return { out, format, permissionSet: PERMISSION_SET, fields: exported.fields.map(fieldJson), files: paths }
}

function fieldJson({ object, name, label, kind, writes, why, without, setting }: WantedField): object {
  return { object, name, label, type: kind.type, writes, why, without, setting: setting.path, isSet: setting.isSet }
}

function pathOf({ object, name }: WantedField): string {
  return `${object}.${name}`
}
