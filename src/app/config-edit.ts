import { isDeepStrictEqual } from 'node:util'
import { applyEdits, findNodeAtLocation, modify, parseTree, type FormattingOptions } from 'jsonc-parser'
import { readConfigText } from './config-text.js'
import { meaningOf } from './policy.js'

/** A setting of the config file and what it is to be. */
export interface ConfigSetting {
  path: readonly string[]
  /** Undefined where it is not to stand in the file, and has its default. */
  value: unknown
}

/** A setting that will be another, for whoever wants to see before it is. */
export interface ConfigChange extends ConfigSetting {
  /** Undefined where it does not stand in the file yet. */
  before: unknown
}

const NEW_FILE = `// Settings of mh-sf; what is not here has its default. docs/configuration.md lists
// all that may stand here. Addresses and secrets are in .env.local.
{
}
`
/** Columns of a comment. */
const WIDTH = 80

/** Those settings that are not yet so in the file's text. */
export function configChanges(text: string | undefined, settings: readonly ConfigSetting[]): ConfigChange[] {
  const given = text === undefined ? {} : readConfigText(text).value
  return settings.flatMap((setting) => {
    const before = setting.path.reduce<unknown>(below, given)
    return isDeepStrictEqual(plain(before), plain(setting.value)) ? [] : [{ ...setting, before }]
  })
}

/**
 * The file's text with these changes, each new setting below a comment that says what it means. All else stays as it is, comments and
 * order too. `text` is undefined for a file that there is not yet.
 */
export function editConfig(text: string | undefined, changes: readonly ConfigChange[]): string {
  const start = text ?? NEW_FILE
  const formattingOptions = formattingOf(start)
  const changed = changes.reduce(
    (edited, { path, value }) => applyEdits(edited, modify(edited, [...path], value, { formattingOptions })),
    start,
  )
  return changes
    .filter(({ before }) => before === undefined)
    .reduce((edited, { path }) => withComment(edited, path, formattingOptions.eol ?? '\n'), changed)
}

function withComment(text: string, path: readonly string[], eol: string): string {
  const meaning = meaningOf(path)
  const root = parseTree(text)
  const property = root && findNodeAtLocation(root, [...path])?.parent
  if (meaning === undefined || property?.type !== 'property') return text
  const line = text.slice(text.lastIndexOf('\n', property.offset - 1) + 1, property.offset)
  const indent = /^\s*/u.exec(line)?.[0] ?? ''
  const comment = wrapped(meaning, WIDTH - indent.length - 3).map((each) => `// ${each}${eol}${indent}`)
  // In the middle of a line a comment would take the rest of it along: what follows gets a line of its own.
  return text.slice(0, property.offset) + comment.join('') + text.slice(property.offset)
}

function wrapped(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) return [...lines, word]
    return [...lines.slice(0, -1), `${last} ${word}`]
  }, [])
}

/** As the file is written already. */
function formattingOf(text: string): FormattingOptions {
  const [, indent = '  '] = /^([ \t]+)"/mu.exec(text) ?? []
  return { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' }
}

function below(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

/** Without the prototypes that tell the parser's objects from others. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
