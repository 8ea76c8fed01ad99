import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { App } from '../app/app.js'
import {
  configProblemsIn,
  flowOf,
  hasSettings,
  loginUrlOf,
  missingSettings,
  mongoUriOf,
  orgIdOf,
  privacyKeyOf,
  queueUrlOf,
  secretStoreOf,
  type Settings,
} from '../app/settings.js'
import { problemText } from '../app/config-problems.js'
import { strangeNames } from '../app/strange-names.js'
import { MhError } from '../errors.js'
import { notAConnectionString } from '../mongo/database.js'
import { isMongoUri } from '../mongo/found-databases.js'
import { configuredChannels } from '../notify/configured-channels.js'

/** A setting that cannot be used, or that is missing. */
export interface SettingProblem {
  /** The config file, or the environment and its files. */
  in: 'file' | 'environment'
  setting: string
  message: string
  /** Where it stands in the file, from 1. */
  line: number | null
  column: number | null
}

/** A name of the environment that means nothing to us, and what was probably meant. */
export interface NameWarning {
  name: string
  suggestion: string | null
}

export interface ConfigValidity {
  file: string
  isThere: boolean
  problems: SettingProblem[]
  /** What is probably a mistake and makes nothing unusable. */
  warnings: NameWarning[]
}

const NOWHERE = { line: null, column: null }

/** Every problem of the settings at once; connects to nothing. */
export async function validateConfig({ settings }: App): Promise<ConfigValidity> {
  const { file } = settings.origins
  const inFile = await configProblemsIn(file, settings.environment.MH_SF_CONFIG !== undefined)
  const missing = missingSettings(settings, ['mongo', 'salesforce']).map(({ name, meaning }) => ({
    in: 'environment' as const,
    setting: name,
    message: `is missing: ${meaning}`,
    ...NOWHERE,
  }))
  const wrong = [
    wrongOf('SF_LOGIN_FLOW', () => flowOf(settings)),
    wrongOf('MH_SF_SECRET_STORE', () => secretStoreOf(settings)),
    wrongOf('SF_LOGIN_URL', () => loginUrlOf(settings)),
    wrongOf('SF_ORG_ID', () => orgIdOf(settings)),
    ...(hasSettings(settings, 'mongo') ? [wrongOf('MONGODB_URI', () => checkedMongoUri(settings))] : []),
    wrongOf('QUEUE_URL', () => queueUrlOf(settings)),
    wrongOf('MH_SF_PRIVACY_KEY', () => privacyKeyOf(settings)),
    ...configuredChannels(settings).map(
      ({ settings: setting, wrong: error }) =>
        error &&
        wrongOf(setting, () => {
          throw error
        }),
    ),
  ]
  return {
    file,
    isThere: existsSync(file),
    problems: [
      ...inFile.map((problem) => ({
        in: 'file' as const,
        setting: problem.path,
        message: problemText(problem, basename(file)),
        line: problem.line ?? null,
        column: problem.column ?? null,
      })),
      ...missing,
      ...wrong.flatMap((each) => each ?? []),
    ],
    warnings: strangeNames(settings.environment).map(({ name, suggestion }) => ({
      name,
      suggestion: suggestion ?? null,
    })),
  }
}

function checkedMongoUri(settings: Settings): string {
  const uri = mongoUriOf(settings)
  if (isMongoUri(uri).isOne) return uri
  throw notAConnectionString()
}

function wrongOf(setting: string, look: () => unknown): SettingProblem | undefined {
  try {
    look()
    return undefined
  } catch (error) {
    if (error instanceof MhError) return { in: 'environment', setting, message: error.message, ...NOWHERE }
    throw error
  }
}
