import { distance } from 'fastest-levenshtein'
import { z } from 'zod'

/** Where something stands in a file, from 1. */
export interface Place {
  line: number
  column: number
}

/** Where a setting stands, its name or its value; of one that is missing, what it is missing in. */
export type PlaceOf = (path: readonly (string | number)[], part: 'name' | 'value') => Place | undefined

/** Something in a config file that cannot be used; without a place where the whole file is meant. */
export interface ConfigProblem extends Partial<Place> {
  /** The setting by its path, as quota.ceiling; empty for the whole file. */
  path: string
  /** What is wrong with it, and what may stand there. */
  message: string
  /** What was probably meant. */
  suggestion?: string
}

type Schema = z.core.JSONSchema.BaseSchema
type Issue = z.core.$ZodIssue

/** Every problem of what a config file says, by the schema of it; keys that are no settings with what was probably meant. */
export function problemsOf(
  schema: z.ZodType,
  { issues }: z.ZodError,
  given: unknown,
  placeOf?: PlaceOf,
): ConfigProblem[] {
  const known = settingPaths(z.toJSONSchema(schema, { io: 'input' }))
  return issues.flatMap((issue): ConfigProblem[] => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    if (issue.code !== 'unrecognized_keys') {
      const message = messageOf(issue, valueAt(given, path))
      return [{ path: path.join('.'), message, ...placeOf?.(path, 'value') }]
    }
    return issue.keys.map((key) => ({
      ...unknownSetting([...path, key].join('.'), known),
      ...placeOf?.([...path, key], 'name'),
    }))
  })
}

/** As they stand in the file. */
export function sortedProblems(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

/** A problem as a line for a person, with the place as editors and terminals know it; `file` is the file's name. */
export function problemText({ path, message, suggestion, line, column }: ConfigProblem, file: string): string {
  // A file that is not there or cannot be read: the message names it.
  if (path === '' && line === undefined) return message
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`
  return `${place} ${path === '' ? '' : `${path}: `}${message}${meant}`
}

/** The setting whose name is nearest beside an unknown one, else the only one of that name elsewhere. */
export function nearestSetting(path: string, known: readonly string[]): string | undefined {
  const { parent, key } = split(path)
  const far = (each: string) => distance(split(each).key.toLowerCase(), key.toLowerCase())
  const [nearest] = known.filter((each) => split(each).parent === parent).sort((a, b) => far(a) - far(b))
  if (nearest !== undefined && far(nearest) <= Math.max(2, key.length / 3)) return nearest
  const elsewhere = known.filter((each) => split(each).key === key)
  return elsewhere.length === 1 ? elsewhere[0] : undefined
}

function unknownSetting(path: string, known: readonly string[]): ConfigProblem {
  const suggestion = nearestSetting(path, known)
  if (suggestion !== undefined) return { path, message: 'not a setting', suggestion }
  const { parent } = split(path)
  const beside = known.filter((each) => split(each).parent === parent).map((each) => split(each).key)
  return { path, message: `not a setting; there are ${listed(beside, 'and')}` }
}

/** What is wrong with a value, and which ones may stand there. */
function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined) return `is missing${allowed(issue)}`
  const shown = `is ${shownValue(value)}`
  switch (issue.code) {
    case 'too_big':
      return `${shown}; ${measured(issue.origin, Number(issue.maximum), issue.inclusive, 'at the most', 'less than')}`
    case 'too_small':
      return `${shown}; ${measured(issue.origin, Number(issue.minimum), issue.inclusive, 'at the least', 'more than')}`
    case 'invalid_value':
    case 'invalid_type':
    case 'invalid_union':
      return `${shown}${allowed(issue)}`
    case 'invalid_format':
      // An address is nobody's business who reads the log.
      return issue.format === 'email' ? 'is no mail address' : `${shown}; it has to be ${issue.message}`
    case 'invalid_key':
      return `is no name of a field: ${issue.issues[0]?.message ?? issue.message}`
    default:
      return `${shown}: ${issue.message}`
  }
}

/** Whatever may stand there, where the schema can say it in a few words. */
function allowed(issue: Issue): string {
  if (issue.code === 'invalid_value') return `; it may be ${listed(issue.values.map(shownValue), 'or')}`
  if (issue.code === 'invalid_type') return `; it has to be ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code !== 'invalid_union') return ''
  const choices = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(shownValue) : []
  const kinds = issue.errors.flatMap(([first]) =>
    first?.code === 'invalid_type' ? (KINDS[first.expected] ?? first.expected) : [],
  )
  return `; it may be ${listed(choices.length > 0 ? choices : kinds, 'or')}`
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object in braces',
  record: 'an object in braces',
}

function measured(origin: string, limit: number, inclusive: boolean | undefined, bound: string, open: string): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
  return inclusive === false ? `it has to be ${open} ${limit}${unit}` : `it has to be ${limit}${unit} ${bound}`
}

/** An address, a URL or a key that stands in the wrong place: no setting of a few words is like that. */
const PERHAPS_SECRET = /@|:\/\/|^\S{25,}$/u

/** As it is written, shortened; a list or an object by what it is, and so what may be a secret. */
function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? (value.length === 0 ? 'an empty list' : 'a list') : 'an object'
  if (typeof value === 'string' && PERHAPS_SECRET.test(value)) return `a text of ${value.length} characters`
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

function listed(words: readonly string[], joint: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1) ?? ''}`
}

/** What stands in a file under a path. */
export function valueAt(given: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    given,
  )
}

function split(path: string): { parent: string; key: string } {
  const at = path.lastIndexOf('.')
  return { parent: path.slice(0, Math.max(0, at)), key: path.slice(at + 1) }
}

function settingPaths(schema: Schema, path: readonly string[] = []): string[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const whole = [...path, key]
    return typeof value === 'object' ? [whole.join('.'), ...settingPaths(value, whole)] : []
  })
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((each) => settingPaths(each, path))
  return [...new Set([...below, ...choices])]
}
