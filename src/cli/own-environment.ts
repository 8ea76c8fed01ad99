import { ENVIRONMENT_NAMES } from '../app/shown-settings.js'

let taken: NodeJS.ProcessEnv | undefined

/**
 * The environment as this process was given it. From the first call on `process.env` holds none of our secrets any more: neither a crash
 * report nor a program that is started from here, be it a browser, gets them.
 */
export function ownEnvironment(): NodeJS.ProcessEnv {
  if (taken) return taken
  taken = { ...process.env }
  for (const [name, kind] of Object.entries(ENVIRONMENT_NAMES))
    if (kind !== 'shown') Reflect.deleteProperty(process.env, name)
  return taken
}
