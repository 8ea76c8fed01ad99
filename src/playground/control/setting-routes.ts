import type { JsonObject } from '../org/json-body.js'
import { ORG_SETTINGS, type OrgSettings } from '../org/settings.js'
import type { SettingAnswer } from './answers.js'
import { ControlError } from './control-error.js'
import type { Controlled, ControlRoute } from './control-route.js'
import { nearest } from './nearest.js'

const NAMES = Object.keys(ORG_SETTINGS)

/** How the org behaves. */
export function settingRoutes({ core: { settings } }: Controlled): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/settings',
      means: 'every setting with its value, its default, what it takes and what it means',
      handle: () => ({ json: told(settings) }),
    },
    {
      method: 'POST',
      path: '/settings',
      means: 'change settings: {"pageSizes": [3, 1, 2], "apiEnabled": false}',
      async handle(call) {
        change(settings, await call.json())
        return { json: told(settings) }
      },
    },
  ]
}

function told(settings: OrgSettings): SettingAnswer[] {
  return Object.entries(ORG_SETTINGS).map(([name, { initial, takes, means }]) => ({
    name,
    value: settings[name as keyof OrgSettings],
    default: initial,
    takes,
    means,
  }))
}

/** All of them, or none when one is wrong. */
function change(settings: OrgSettings, body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) check(name, value)
  Object.assign(settings, body)
}

function check(name: string, value: unknown): void {
  const setting = Object.entries(ORG_SETTINGS).find(([known]) => known === name)?.[1]
  if (setting === undefined) {
    throw new ControlError(400, `there is no setting ${name}`, `Did you mean ${nearest(name, NAMES)}?`)
  }
  if (setting.accepts(value)) return
  const like = `Give one like its default, ${JSON.stringify(setting.initial)}.`
  throw new ControlError(400, `the setting ${name} takes ${setting.takes}, not ${JSON.stringify(value)}`, like)
}
