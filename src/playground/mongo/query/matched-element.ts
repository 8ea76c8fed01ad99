import { CommandError } from '../command-error.js'
import { isDocument, valueAtPath, type Document } from '../bson/value.js'
import { compileFilter } from './filter.js'
import { type Scope } from './language.js'

/** The element that the query matched: one that passes all conditions on the array, else the last to pass one. */
export function matchedIndex(document: Document, query: Document, path: readonly string[], scope: Scope): number {
  const array = valueAtPath(document, path)
  const conditions = conditionsOn(path.join('.'), query)
  if (Array.isArray(array) && conditions.length > 0) {
    const together = firstPassing(array, path, { $and: conditions }, scope)
    if (together !== -1) return together
    for (const condition of conditions.reverse()) {
      const index = firstPassing(array, path, condition, scope)
      if (index !== -1) return index
    }
  }
  throw new CommandError(2, 'The positional operator did not find the match needed from the query.')
}

function conditionsOn(path: string, query: Document): Document[] {
  return Object.entries(query).flatMap(([name, condition]) => {
    if (name === path || name.startsWith(`${path}.`)) return [{ [name]: condition }]
    const clauses = (name === '$and' || name === '$or') && Array.isArray(condition) ? condition : []
    return clauses.filter(isDocument).flatMap((clause) => conditionsOn(path, clause))
  })
}

function firstPassing(array: readonly unknown[], path: readonly string[], condition: Document, scope: Scope): number {
  const filter = compileFilter(condition, scope)
  return array.findIndex((element) => filter.matches(nested(path, [element])))
}

function nested(path: readonly string[], value: unknown): Document {
  const [name = '', ...rest] = path
  return { [name]: rest.length === 0 ? value : nested(rest, value) }
}
