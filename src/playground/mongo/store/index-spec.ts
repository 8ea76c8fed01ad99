import { CommandError, notOffered } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { isDocument, type Document } from '../bson/value.js'

/** An index as it was asked for. */
export interface IndexSpec {
  readonly name: string
  readonly key: Document
  /** The key's paths, split at their dots. */
  readonly paths: readonly (readonly string[])[]
  readonly unique: boolean
  readonly sparse: boolean
  readonly partialFilter: Document | undefined
  /** Seconds after which a document expires, counted from the date in the key. */
  readonly expireAfterSeconds: number | undefined
  /** What listIndexes says. */
  readonly listed: Document
}

const KNOWN_OPTIONS = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'hidden',
  'ns',
])
const LACKING_OPTIONS = new Set(['collation', 'weights', 'default_language', 'wildcardProjection', 'clustered', 'min'])

export const ID_INDEX: Document = { v: 2, key: { _id: 1 }, name: '_id_' }

/** Whether an index is the one on `_id`, which every collection has. */
export function isIdIndex({ name, key }: IndexSpec): boolean {
  return name === '_id_' || Object.keys(key).join() === '_id'
}

/** Reads one entry of createIndexes; throws what MongoDB throws for a wrong one. */
export function parseIndexSpec(spec: Document): IndexSpec {
  for (const option of Object.keys(spec)) checkOption(option)
  const { key, name } = spec
  if (!isDocument(key)) throw new CommandError(9, "The 'key' field is a required property of an index specification")
  if (typeof name !== 'string') {
    throw new CommandError(9, "The 'name' field is a required property of an index specification")
  }
  checkKey(key)
  const partialFilter = isDocument(spec.partialFilterExpression) ? spec.partialFilterExpression : undefined
  const expireAfterSeconds = expiryOf(spec, key)
  const unique = isTrue(spec.unique)
  const sparse = isTrue(spec.sparse)
  if (sparse && partialFilter) throw new CommandError(67, "cannot mix 'partialFilterExpression' and 'sparse' options")
  const listed: Document = { v: 2, key, name }
  if (unique) listed.unique = true
  if (sparse) listed.sparse = true
  if (partialFilter) listed.partialFilterExpression = partialFilter
  if (expireAfterSeconds !== undefined) listed.expireAfterSeconds = expireAfterSeconds
  const paths = Object.keys(key).map((path) => path.split('.'))
  return { name, key, paths, unique, sparse, partialFilter, expireAfterSeconds, listed }
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'number' && value !== 0)
}

function checkOption(option: string): void {
  if (LACKING_OPTIONS.has(option)) throw notOffered(`an index with the option '${option}'`)
  if (!KNOWN_OPTIONS.has(option)) {
    throw new CommandError(197, `The field '${option}' is not valid for an index specification`)
  }
}

function checkKey(key: Document): void {
  if (Object.keys(key).length === 0) throw new CommandError(67, 'Index keys cannot be an empty document')
  for (const [path, direction] of Object.entries(key)) {
    if (typeof direction === 'string') throw notOffered(`an index of the kind '${direction}'`)
    if (typeof direction !== 'number' || direction === 0 || Number.isNaN(direction)) {
      throw new CommandError(67, 'Values in the index key pattern must be nonzero numbers or strings')
    }
    if (path.split('.').includes('')) throw new CommandError(67, 'Index keys cannot contain an empty field')
    if (path.includes('$**')) throw notOffered('a wildcard index')
    if (path.split('.').some((part) => part.startsWith('$'))) {
      throw new CommandError(67, `Index key contains an illegal field name: field name starts with '$'`)
    }
  }
}

function expiryOf(spec: Document, key: Document): number | undefined {
  const seconds = spec.expireAfterSeconds
  if (seconds === undefined) return undefined
  if (typeof seconds !== 'number' || seconds < 0 || seconds > 2_147_483_647) {
    throw new CommandError(67, 'TTL index expireAfterSeconds must be a number between 0 and 2147483647')
  }
  if (Object.keys(key).length > 1) throw new CommandError(67, 'TTL indexes are single-field indexes')
  return seconds
}

/**
 * Whether `wanted` is there already. Two indexes are one when their key, partial filter, uniqueness and sparseness are
 * the same. Throws 86 for another index under the same name, 85 for the same index under another name or with other
 * options.
 */
export function findSameIndex(existing: readonly IndexSpec[], wanted: IndexSpec): boolean {
  const namesake = existing.find((index) => index.name === wanted.name)
  const equivalent = existing.find((index) => isEquivalent(index, wanted))
  if (namesake && !isEquivalent(namesake, wanted)) {
    throw new CommandError(
      86,
      `An existing index has the same name as the requested index. Requested index: ${JSON.stringify(wanted.listed)}, existing index: ${JSON.stringify(namesake.listed)}`,
    )
  }
  if (!equivalent) return false
  if (!namesake) throw new CommandError(85, `Index already exists with a different name: ${equivalent.name}`)
  if (compareValues(namesake.listed, wanted.listed) === 0) return true
  throw new CommandError(
    85,
    `An equivalent index already exists with the same name but different options. Requested index: ${JSON.stringify(wanted.listed)}, existing index: ${JSON.stringify(namesake.listed)}`,
  )
}

function isEquivalent(a: IndexSpec, b: IndexSpec): boolean {
  const isSame = compareValues(a.key, b.key) === 0 && a.unique === b.unique && a.sparse === b.sparse
  return isSame && compareValues(a.partialFilter ?? null, b.partialFilter ?? null) === 0
}
