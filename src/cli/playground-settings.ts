import { MhError } from '../errors.js'
import type { SettingAnswer } from '../playground/control/answers.js'
import { table } from '../render/table.js'

/** What was typed as `name=value`, as the settings that it means. Throws USAGE for what is not. */
export function settingsOf(typed: readonly string[], known: readonly SettingAnswer[]): Record<string, unknown> {
  return Object.fromEntries(
    typed.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new MhError('USAGE', `"${text}" is no setting.`, 'Write it as in pageSizes=3,1,2.')
      const name = text.slice(0, at)
      const like = known.find((setting) => setting.name === name)?.default
      return [name, valueOf(text.slice(at + 1), like)]
    }),
  )
}

/** `like` shows the type: a text is taken as it is, a list may be written with commas. */
function valueOf(text: string, like: unknown): unknown {
  if (typeof like === 'string') return text
  if (Array.isArray(like) && !text.startsWith('[')) return text === '' ? [] : text.split(',').map((part) => json(part))
  return json(text)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Each setting with its value and what it means; a changed one says what it was. */
export function settingsText(settings: readonly SettingAnswer[]): string {
  return settings.map(settingText).join('\n')
}

function settingText({ name, value, default: initial, takes, means }: SettingAnswer): string {
  const [now, before] = [written(value), written(initial)]
  const changed = now === before ? '' : `  (by default ${before})`
  return `${table([[`${name} = ${now}${changed}`]], [])}\n${table([['', `${means} (${takes})`]], [2])}`
}

function written(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(',') : typeof value === 'string' ? value : JSON.stringify(value)
}
