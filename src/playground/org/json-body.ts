import type { Call } from './api.js'
import { OrgError } from './org-error.js'

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A request's body as JSON. Throws OrgError 415 for another type, 400 JSON_PARSER_ERROR for what cannot be parsed (rest.md §5). */
export async function readJson(call: Call): Promise<unknown> {
  const type = call.headers['content-type']
  if (type !== undefined && !/[/+]json\b/i.test(type)) {
    throw new OrgError(415, 'UNSUPPORTED_MEDIA_TYPE', `Content-Type ${type} is not supported`)
  }
  const text = (await call.body()).toString('utf8')
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
