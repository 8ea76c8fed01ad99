import type { Call } from '../api.js'
import { type Part, partsOf } from '../multipart.js'
import { badJson, OrgError } from './refusal.js'

/** Characters of data that a multipart request may carry (bulk2.md §2). */
const MAX_CHARACTERS = 100_000

/** A job and its data in one request. */
export interface MultipartJob {
  /** JSON, not parsed yet. */
  readonly job: string
  /** CSV. */
  readonly content: Buffer
}

export const isMultipart = ({ headers }: Call): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '')

const bodyOf = (parts: readonly Part[], name: string): Buffer => {
  const part = parts.find((one) => one.name === name)
  if (part) return part.body
  throw badJson(`The multipart body has no part named ${name}`)
}

/**
 * The parts `job` and `content` of a multipart create (bulk2.md §2).
 *
 * @throws OrgError 400 for a part that is missing, 413 for more than 100,000 characters of data
 */
export const multipartOf = async (call: Call): Promise<MultipartJob> => {
  const parts = partsOf(await call.body(), call.headers['content-type'] ?? '')
  const [job, content] = [bodyOf(parts, 'job'), bodyOf(parts, 'content')]
  if (content.toString('utf8').length <= MAX_CHARACTERS) return { job: job.toString('utf8'), content }
  throw new OrgError(413, 'EXCEEDED_MAX_SIZE_REQUEST', `more than ${MAX_CHARACTERS} characters of data`)
}
