import { parse } from 'dotenv'
import { MhError } from '../errors.js'

/**
 * A file of `NAME=value` lines with these values: the line of a name that is there is replaced, others are added at the end. All else
 * stays, comments too. Throws USAGE for a value that such a file cannot hold.
 */
export function editEnvFile(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((edited, [name, value]) => withValue(edited, name, value), text)
}

function withValue(text: string, name: string, value: string): string {
  if (parse(text)[name] === value) return text
  const line = `${name}=${quoted(name, value)}`
  const there = new RegExp(`^([ \\t]*(?:export[ \\t]+)?)${name}[ \\t]*=.*$`, 'gmu')
  // Of a name that stands there twice the last one counts.
  const counts = [...text.matchAll(there)].at(-1)?.index
  const replaced = text.replace(there, (found: string, start: string, at: number) =>
    at === counts ? start + line : found,
  )
  const wanted = { ...parse(text), [name]: value }
  // A value of several lines is left: what comes after it counts.
  if (replaced !== text && same(parse(replaced), wanted)) return replaced
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  return `${text}${gap}${line}\n`
}

/** So that dotenv reads the same: in double quotes it takes \n for a new line, and it ends every line as Unix does. */
function quoted(name: string, value: string): string {
  if (/^[\w.:/@%+,=?&~-]*$/u.test(value)) return value
  const all = ["'", '`', '"'].map((mark) => `${mark}${value}${mark}`)
  const found = all.find((each) => same(parse(`${name}=${each}\n`), { [name]: value }))
  if (found !== undefined) return found
  throw new MhError(
    'USAGE',
    `${name} has a value that no such file can hold.`,
    `Set ${name} in the environment instead.`,
  )
}

function same(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = Object.keys({ ...one, ...other })
  return names.every((name) => one[name] === other[name])
}

/** The values of such a file, as they are read. */
export function valuesOf(text: string): Readonly<Record<string, string | undefined>> {
  return parse(text)
}
