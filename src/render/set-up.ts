import type { ConfigChange } from '../app/config-edit.js'
import type { Diagnosis } from '../domain/doctor.js'
import { doctorJson } from './doctor.js'
import { printable } from './printable.js'
import type { ScheduleText } from './schedule.js'
import { table } from './table.js'

/** A certificate that was made, and the key that it belongs to. */
export interface Certificate {
  path: string
  key: string
}

/** A value of `.env.local` that will be another. */
export interface NameChange {
  name: string
  before?: string
  value: string
}

/** What was written. */
interface Written {
  file: string
  envFile: string
  changed: readonly ConfigChange[]
  names: readonly NameChange[]
  certificate?: Certificate
}

/**
 * What an admin does for a login, as External Client Apps are set up today (auth.md §9): lines of 80 columns. `certificate` is what was
 * made for it.
 */
export function adminSteps(login: string, certificate?: Certificate): string[] {
  const flow = {
    jwt: `Tick "Enable JWT Bearer Flow" and upload ${certificate?.path ?? 'the certificate of the key'}.`,
    'client-credentials': 'Tick "Enable Client Credentials Flow".',
    web: 'Tick "Require Proof Key for Code Exchange (PKCE)".',
    password: 'An External Client App does not take passwords: use a connected app that there is.',
  }[login]
  const policy = {
    jwt: 'Policies > OAuth Policies: Permitted Users "Admin approved users are pre-authorized", and add a permission set of the user of this tool.',
    'client-credentials': 'Policies > OAuth Policies: Enable Client Credentials Flow, Run As the user of this tool.',
  }[login]
  const steps = [
    'Setup > External Client App Manager > New External Client App: name mh-sf, distribution Local.',
    'API (Enable OAuth Settings): Enable OAuth; callback URL http://localhost:1717/OauthRedirect; scopes "Manage user data via APIs (api)" and "Perform requests at any time (refresh_token)".',
    ...(flow === undefined ? [] : [flow]),
    'Create. ' + (policy ?? ''),
    'The user: API Enabled, Marketing User ticked. `mh-sf schema export` makes a permission set with the rights it needs.',
    'Settings > OAuth Settings > Consumer Key and Secret: the consumer key is asked for here.',
    'App and policies take up to ten minutes to be known.',
  ]
  const made =
    certificate === undefined ? [] : ['The private key, for your eyes only:', `  ${printable(certificate.key)}`]
  return [
    ...made,
    'What the Salesforce admin does:',
    table(
      steps.map((step, at) => [`${at + 1}.`, printable(step.trim())]),
      [2],
    ),
  ]
}

/** What was set up, in 80 columns, and what starts the night, which is as long as it is. */
export function setUpText({ file, envFile, changed, names }: Written, schedule: ScheduleText | undefined): string {
  const written = [...(changed.length > 0 ? [file] : []), ...(names.length > 0 ? [envFile] : [])]
  return [
    ...(written.length === 0
      ? ['Nothing had to be written.']
      : written.map((path, at) => `${at === 0 ? 'Written ' : '        '} ${printable(path)}`)),
    ...(schedule === undefined ? [] : ['', schedule.text, '', `Install  ${schedule.install}`]),
    '',
  ].join('\n')
}

/** The same for a program; secrets are not in it. */
export function setUpJson(setUp: Written, schedule: ScheduleText | undefined, diagnosis: Diagnosis): object {
  const { file, envFile, changed, names, certificate } = setUp
  return {
    file,
    envFile,
    changed: changed.map(({ path, before, value }) => ({
      setting: path.join('.'),
      before: before ?? null,
      value: value ?? null,
    })),
    names: names.map(({ name }) => name),
    certificate: certificate ?? null,
    schedule: schedule ?? null,
    doctor: doctorJson(diagnosis),
  }
}

/** What will be written where, before it is: secrets are not shown. */
export function changesText(
  file: string,
  changes: readonly ConfigChange[],
  envFile: string,
  names: readonly NameChange[],
): string {
  const rows = changes.map(({ path, before, value }) => [
    path.join('.'),
    shown(before),
    value === undefined ? 'the default' : shown(value),
  ])
  const secret = names.map(({ name, before, value }) => [
    name,
    before === undefined ? '' : hidden(name, before),
    hidden(name, value),
  ])
  return [
    ...(changes.length > 0 ? [printable(file), changeTable(rows)] : []),
    ...(names.length > 0 ? [printable(envFile), changeTable(secret)] : []),
  ].join('\n')
}

function changeTable(rows: readonly (readonly string[])[]): string {
  const isNew = rows.every(([, before]) => before === '')
  if (isNew)
    return table(
      rows.map(([name = '', , value = '']) => [name, value]),
      [40],
    )
  return table([['', 'now', 'will be'], ...rows], [40, 16])
}

function shown(value: unknown): string {
  return value === undefined ? '' : printable(typeof value === 'string' ? value : JSON.stringify(value))
}

function hidden(name: string, value: string): string {
  if (/SECRET|PASSWORD/u.test(name)) return '(not shown)'
  return printable(value.replace(/\/\/[^/]*@/u, '//(user and password)@'))
}
