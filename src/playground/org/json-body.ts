import type { Call } from './api.js'
import { OrgError } from './org-error.js'

/** limits.md §3 */
const MAX_BYTES = 50_000_000

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A request's body as JSON. Throws OrgError 415 for another type, 413 for more than 50 MB, 400 JSON_PARSER_ERROR for what
 * cannot be parsed (rest.md §5).
 */
export async function readJson(call: Call): Promise<unknown> {
  const type = call.headers['content-type']
  if (type !== undefined && !/[/+]json\b/i.test(type)) {
    throw new OrgError(415, 'UNSUPPORTED_MEDIA_TYPE', `Content-Type ${type} is not supported`)
  }
  const body = await call.body()
  if (body.length > MAX_BYTES) {
    throw new OrgError(413, 'EXCEEDED_MAX_SIZE_REQUEST', `The request body is larger than ${MAX_BYTES} bytes`)
  }
  const text = body.toString('utf8')
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new OrgError(400, 'JSON_PARSER_ERROR', error instanceof Error ? error.message : 'not JSON')
  }
}

/** The same, for resources that want an object. */
export async function readObject(call: Call): Promise<JsonObject> {
  const value = await readJson(call)
  if (isObject(value)) return value
  throw new OrgError(400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required to be a JSON object')
}

/** A list of objects under one key of a body. Throws OrgError 400 when it is none. */
export function objectsOf(body: JsonObject, key: string): JsonObject[] {
  const list: unknown = body[key]
  if (Array.isArray(list) && list.every(isObject)) return list
  throw new OrgError(400, 'JSON_PARSER_ERROR', `${key} must be a list of objects`)
}
