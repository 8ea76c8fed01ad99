import { existsSync } from 'node:fs'
import type { App } from '../app/app.js'
import {
  configProblemsIn,
  credentialsOf,
  hasSettings,
  missingSettings,
  privacyKeyOf,
  queueUrlOf,
} from '../app/settings.js'
import { problemText } from '../app/config-problems.js'
import { MhError } from '../errors.js'

/** A setting that cannot be used, or that is missing. */
export interface SettingProblem {
  /** The config file, or the environment and its files. */
  in: 'file' | 'environment'
  setting: string
  message: string
}

export interface ConfigValidity {
  file: string
  isThere: boolean
  problems: SettingProblem[]
}

/** Every problem of the settings at once; connects to nothing. */
export async function validateConfig({ settings }: App): Promise<ConfigValidity> {
  const { file } = settings.origins
  const inFile = await configProblemsIn(file, settings.environment.MH_SF_CONFIG !== undefined)
  const missing = missingSettings(settings, ['mongo', 'salesforce']).map(({ name, meaning }) => ({
    in: 'environment' as const,
    setting: name,
    message: `is missing: ${meaning}`,
  }))
  const wrong = [
    ...(hasSettings(settings, 'salesforce') ? [wrongOf('SF_LOGIN_URL', () => credentialsOf(settings))] : []),
    wrongOf('QUEUE_URL', () => queueUrlOf(settings)),
    wrongOf('MH_SF_PRIVACY_KEY', () => privacyKeyOf(settings)),
  ]
  return {
    file,
    isThere: existsSync(file),
    problems: [
      ...inFile.map((problem) => ({ in: 'file' as const, setting: problem.path, message: problemText(problem) })),
      ...missing,
      ...wrong.flatMap((each) => each ?? []),
    ],
  }
}

function wrongOf(setting: string, look: () => unknown): SettingProblem | undefined {
  try {
    look()
    return undefined
  } catch (error) {
    if (error instanceof MhError) return { in: 'environment', setting, message: error.message }
    throw error
  }
}
