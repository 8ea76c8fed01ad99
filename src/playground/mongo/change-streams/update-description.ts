import { encode, isDocument, type Document } from '../bson/value.js'

interface Description {
  readonly updatedFields: Document
  readonly removedFields: string[]
  readonly truncatedArrays: Document[]
}

/**
 * What an update changed, told by the difference of the documents: paths that have a new value, paths that are gone, and
 * arrays that have become shorter.
 */
export function updateDescription(before: Document, after: Document): Document {
  const description: Description = { updatedFields: {}, removedFields: [], truncatedArrays: [] }
  compareDocuments(before, after, '', description)
  return { ...description }
}

function compareDocuments(before: Document, after: Document, prefix: string, found: Description): void {
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) found.removedFields.push(prefix + name)
  for (const [name, value] of Object.entries(after)) {
    if (Object.hasOwn(before, name)) compareValues(before[name], value, prefix + name, found)
    else found.updatedFields[prefix + name] = value
  }
}

function compareValues(before: unknown, after: unknown, path: string, found: Description): void {
  if (isDocument(before) && isDocument(after)) compareDocuments(before, after, `${path}.`, found)
  else if (Array.isArray(before) && Array.isArray(after)) compareArrays(before, after, path, found)
  else if (!isSame(before, after)) found.updatedFields[path] = after
}

function compareArrays(before: readonly unknown[], after: readonly unknown[], path: string, found: Description): void {
  if (after.length < before.length) {
    const isPrefix = after.every((value, i) => isSame(before[i], value))
    if (isPrefix) found.truncatedArrays.push({ field: path, newSize: after.length })
    else found.updatedFields[path] = after
    return
  }
  for (const [i, value] of after.entries()) {
    if (i < before.length) compareValues(before[i], value, `${path}.${i}`, found)
    else found.updatedFields[`${path}.${i}`] = value
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return encode({ v: a }).equals(encode({ v: b }))
}
