import { isDocument, type Document } from '../bson/value.js'
import { fieldsOfExpression } from '../query/expression-fields.js'

/** What one stage needs of a document, and whether the stages after it see anything else of it. */
interface Need {
  readonly fields: ReadonlySet<string> | undefined
  readonly last: boolean
}

/**
 * The top-level fields that a pipeline looks at before it makes other documents of them, or undefined when it needs
 * whole documents. Counting a million documents then reads one small field of each.
 */
export function fieldsNeeded(stages: readonly Document[]): Set<string> | undefined {
  const needed = new Set<string>()
  for (const stage of stages) {
    const [[name, spec] = ['', null]] = Object.entries(stage)
    const { fields, last } = needOf(name, spec)
    if (!fields) return undefined
    for (const field of fields) needed.add(field)
    if (last) return needed
  }
  return undefined
}

function needOf(name: string, spec: unknown): Need {
  switch (name) {
    case '$count':
      return { fields: new Set(), last: true }
    case '$limit':
    case '$skip':
      return { fields: new Set(), last: false }
    case '$sort':
      return { fields: topLevel(Object.keys(isDocument(spec) ? spec : {})), last: false }
    case '$unwind':
      return { fields: fieldsOfExpression(isDocument(spec) ? spec.path : spec), last: false }
    case '$group':
    case '$bucket':
    case '$sortByCount':
      return { fields: fieldsOfExpression(spec), last: true }
    default:
      return { fields: undefined, last: true }
  }
}

function topLevel(paths: readonly string[]): Set<string> {
  return new Set(paths.map((path) => path.split('.')[0] ?? ''))
}
