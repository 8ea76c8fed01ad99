import { distance } from 'fastest-levenshtein'
import { z } from 'zod'

/** Something in a config file that cannot be used. */
export interface ConfigProblem {
  /** The setting by its path, as quota.ceiling; empty for the whole file. */
  path: string
  message: string
  /** What was probably meant. */
  suggestion?: string
}

type Schema = z.core.JSONSchema.BaseSchema

/** Every problem of what a config file says, by the schema of it; keys that are no settings with what was probably meant. */
export function problemsOf(schema: z.ZodType, { issues }: z.ZodError): ConfigProblem[] {
  const known = settingPaths(z.toJSONSchema(schema, { io: 'input' }))
  return issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.join('.'), message: issue.message }]
    return issue.keys.map((key) => {
      const path = [...issue.path, key].join('.')
      const suggestion = nearestSetting(path, known)
      return { path, message: 'there is no such setting', ...(suggestion === undefined ? {} : { suggestion }) }
    })
  })
}

/** A problem as a line for a person. */
export function problemText({ path, message, suggestion }: ConfigProblem): string {
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`
  return `${path || '(the file)'}: ${message}${meant}`
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
