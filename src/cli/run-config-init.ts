import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { App } from '../app/app.js'
import { configChanges, editConfig, type ConfigChange } from '../app/config-edit.js'
import { readConfigText } from '../app/config-text.js'
import { editEnvFile, valuesOf } from '../app/env-file.js'
import { policyOf } from '../app/policy.js'
import type { Environment } from '../app/settings.js'
import { MhError } from '../errors.js'
import { checkNewFile, writeNewFile } from '../new-file.js'
import { changesText, type Certificate, type NameChange } from '../render/set-up.js'
import { Conversation } from './conversation.js'
import { askDatabase } from './set-up-database.js'
import { askLogin, tryLogin } from './set-up-login.js'
import { askPolicy } from './set-up-policy.js'
import { checkFlags, questionOf, requireAnswers } from './set-up-questions.js'

/** What `config init` was told by flags; each question has one. */
export interface SetUpFlags {
  yes: boolean
  playground: boolean
  consent?: string[]
  at: string
  [question: string]: unknown
}

export const SCHEDULES = ['crontab', 'systemd', 'kubernetes', 'none'] as const

/** What was set up, and where. */
export interface SetUp {
  file: string
  envFile: string
  changed: ConfigChange[]
  names: NameChange[]
  certificate?: Certificate
  schedule: (typeof SCHEDULES)[number]
}

/**
 * Asks what is needed, and writes it: settings into the config file, addresses and secrets into `.env.local`. Nothing is written before all
 * is answered and, at a terminal, seen; but a key pair is, since an admin has to upload its certificate meanwhile. Throws USAGE with all that is
 * not answered where nobody can be asked, and what the database throws.
 */
export async function runConfigInit(app: App, flags: SetUpFlags, tell: (line: string) => void): Promise<SetUp> {
  const { settings } = app
  const talk = new Conversation(flags, !flags.yes && process.stdin.isTTY && process.stderr.isTTY)
  const envFile = resolve('.env.local')
  const { file } = settings.origins
  // Before anything is asked: what cannot be written would lose all answers.
  for (const path of [file, envFile]) await checkNewFile(path, true)
  if (flags.playground) refuseReal(settings.environment, await textOf(envFile))
  checkFlags(talk, settings, flags.consent)
  requireAnswers(talk, settings, flags.yes)
  const uri = await askDatabase(app, talk, tell)
  const login = await askLogin(app, talk, tell)
  const environment: Record<string, string> = { MONGODB_URI: uri, ...login.environment }
  const org = await tryLogin(app, environment, talk, tell)
  const policy = await askPolicy(settings, org, talk, flags.consent)
  const schedule = await askSchedule(app, talk)

  // As they are now: somebody may have edited them while they were asked.
  const [text, kept] = await Promise.all([file, envFile].map(textOf))
  const changed = configChanges(text, policy)
  const names = nameChanges(kept, environment)
  const setUp = { file, envFile, changed, names, certificate: login.certificate, schedule }
  if (changed.length + names.length === 0) {
    tell('Nothing changes.')
    return setUp
  }
  tell(changesText(file, changed, envFile, names))
  if (!(await talk.yes('Write this?', true)))
    throw new MhError('INTERRUPTED', 'Stopped: no setting was changed.', 'Run mh-sf config init again.')
  await write(setUp, text, kept)
  await warnOfGit(envFile, tell)
  for (const { name, value } of names)
    if (
      settings.origins.environment[name] === 'environment' &&
      settings.environment[name] !== value &&
      !flags.playground
    )
      tell(`Note     ${name} is set in the environment to something else, which wins: unset ${name}`)
  return setUp
}

async function write({ file, envFile, changed, names }: SetUp, text: string | undefined, kept: string | undefined) {
  if (changed.length > 0) {
    const edited = editConfig(text, changed)
    policyOf(readConfigText(edited).value, file)
    // Whoever else runs with it, in a container or from cron, must be able to read it afterwards.
    await writeNewFile(file, edited, { replace: true, private: true, keepRights: true })
  }
  if (names.length === 0) return
  const values = Object.fromEntries(names.map(({ name, value }) => [name, value]))
  await writeNewFile(envFile, editEnvFile(kept ?? '', values), { replace: true, private: true })
}

async function askSchedule(app: App, talk: Conversation): Promise<(typeof SCHEDULES)[number]> {
  const answer = await talk.choice(questionOf('schedule', app.settings), [
    { name: 'cron: a line for crontab', value: 'crontab' },
    { name: 'systemd: a service and a timer', value: 'systemd' },
    { name: 'Kubernetes: a CronJob', value: 'kubernetes' },
    { name: 'nothing for now', value: 'none' },
  ])
  return SCHEDULES.find((each) => each === answer) ?? 'none'
}

/** What is not so in the file yet. */
function nameChanges(kept: string | undefined, environment: Readonly<Record<string, string>>): NameChange[] {
  const there = valuesOf(kept ?? '')
  return Object.entries(environment).flatMap(([name, value]) => {
    const before = there[name]
    return before === value ? [] : [{ name, value, ...(before !== undefined && { before }) }]
  })
}

/** Who tries it out does not lose the settings of the real org. */
function refuseReal(playground: Environment, kept: string | undefined): void {
  const there = valuesOf(kept ?? '')
  const isReal = there.SF_CLIENT_ID !== undefined && there.SF_CLIENT_ID !== playground.SF_CLIENT_ID
  if (!isReal) return
  throw new MhError(
    'USAGE',
    '.env.local in this directory has the settings of a real org.',
    'Practise in an empty directory: mkdir practice && cd practice, then the command again.',
  )
}

/** Secrets that are committed are secrets no more. */
async function warnOfGit(path: string, tell: (line: string) => void): Promise<void> {
  // 0: ignored; 1: not; 128: no work tree, or no git at all.
  const code = await promisify(execFile)('git', ['check-ignore', '-q', basename(path)], { cwd: dirname(path) }).then(
    () => 0,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined),
  )
  if (code === 1) tell(`Note     git does not ignore .env.local, which has secrets: echo .env.local >> .gitignore`)
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
}
