import { CommandError } from '../command-error.js'
import { fieldOf, isDocument, type Document } from '../bson/value.js'
import { compileFilter, type Filter } from '../query/filter.js'
import { type Scope } from '../query/language.js'
import { matchedIndex } from '../query/matched-element.js'
import { type Positions } from './places.js'

/** The array filters of an update, by their identifier. */
export type ArrayFilters = ReadonlyMap<string, Filter>

/** Reads `arrayFilters`; each filter is about one identifier. `paths` are the update's, to see that all are used. */
export function parseArrayFilters(
  filters: readonly Document[],
  paths: readonly (readonly string[])[],
  scope: Scope,
): ArrayFilters {
  const byIdentifier = new Map<string, Filter>()
  if (filters.length === 0 && !paths.some((path) => path.some((part) => part.startsWith('$[')))) return byIdentifier
  for (const filter of filters) {
    const [identifier, ...others] = identifiersOf(filter)
    if (identifier === undefined)
      throw new CommandError(9, 'Cannot use an expression without a top-level field name in arrayFilters')
    if (others.length > 0) {
      throw new CommandError(
        9,
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${others[0]}'`,
      )
    }
    if (!/^[a-z][a-zA-Z0-9]*$/.test(identifier)) {
      throw new CommandError(
        2,
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
      )
    }
    if (byIdentifier.has(identifier)) {
      throw new CommandError(9, `Found multiple array filters with the same top-level field name ${identifier}`)
    }
    byIdentifier.set(identifier, compileFilter(filter, scope))
  }
  checkUse(byIdentifier, paths)
  return byIdentifier
}

function identifiersOf(filter: Document): string[] {
  const found = Object.entries(filter).flatMap(([name, value]) => {
    if (!name.startsWith('$')) return [name.split('.')[0] ?? '']
    return Array.isArray(value) ? value.filter(isDocument).flatMap(identifiersOf) : []
  })
  return [...new Set(found)]
}

function checkUse(filters: ArrayFilters, paths: readonly (readonly string[])[]): void {
  const used = new Set(
    paths
      .flat()
      .filter((part) => part.startsWith('$[') && part !== '$[]')
      .map((part) => part.slice(2, -1)),
  )
  for (const identifier of used) {
    if (!filters.has(identifier)) {
      throw new CommandError(
        2,
        `No array filter found for identifier '${identifier}' in path '${pathWith(identifier, paths)}'`,
      )
    }
  }
  for (const identifier of filters.keys()) {
    if (!used.has(identifier)) {
      throw new CommandError(9, `The array filter for identifier '${identifier}' was not used in the update`)
    }
  }
}

function pathWith(identifier: string, paths: readonly (readonly string[])[]): string {
  return paths.find((path) => path.includes(`$[${identifier}]`))?.join('.') ?? ''
}

/** The positions that an update's paths stand for in one document, which its query matched and which is not changed yet. */
export function positionsIn(document: Document, query: Document, filters: ArrayFilters, scope: Scope): Positions {
  return {
    matched: (path) => matchedIndex(document, query, path, scope),
    selects: (identifier, path) => {
      const element = path.reduce<unknown>(fieldOf, document)
      return filters.get(identifier)?.matches({ [identifier]: element }) === true
    },
  }
}
