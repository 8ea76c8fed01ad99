import type { Call } from '../api.js'
import { badJson, OrgError } from './refusal.js'

/** Characters of data that a multipart request may carry (bulk2.md §2). */
const MAX_CHARACTERS = 100_000

/** A job and its data in one request. */
export interface MultipartJob {
  /** JSON, not parsed yet. */
  readonly job: string
  /** CSV. */
  readonly content: string
}

export const isMultipart = ({ headers }: Call): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '')

const formOf = async (call: Call): Promise<FormData> => {
  const headers = { 'Content-Type': call.headers['content-type'] ?? '' }
  try {
    return await new Response(new Uint8Array(await call.body()), { headers }).formData()
  } catch {
    throw badJson('The multipart body can not be read')
  }
}

const textOf = async (form: FormData, name: string): Promise<string> => {
  const part = form.get(name)
  if (part === null) throw badJson(`The multipart body has no part named ${name}`)
  return typeof part === 'string'
    ? part
    : new TextDecoder('utf-8', { ignoreBOM: true }).decode(await part.arrayBuffer())
}

/**
 * The parts `job` and `content` of a multipart create (bulk2.md §2).
 *
 * @throws OrgError 400 for a part that is missing, 413 for more than 100,000 characters of data
 */
export const multipartOf = async (call: Call): Promise<MultipartJob> => {
  const form = await formOf(call)
  const [job, content] = [await textOf(form, 'job'), await textOf(form, 'content')]
  if (content.length <= MAX_CHARACTERS) return { job, content }
  throw new OrgError(413, 'EXCEEDED_MAX_SIZE_REQUEST', `more than ${MAX_CHARACTERS} characters of data`)
}
