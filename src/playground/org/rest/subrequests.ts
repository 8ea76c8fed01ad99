import type { Call, Reply } from '../api.js'
import type { Dispatcher } from '../dispatcher.js'
import { isObject, type JsonObject, objectsOf } from '../json-body.js'
import { OrgError, restShape } from '../org-error.js'

const REFERENCE_ID = /^[A-Za-z0-9][A-Za-z0-9_]*$/
const REFERENCE = /@\{([A-Za-z0-9][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}/g
/** The headers of a subrequest's answer that a composite passes on. */
const SHOWN_HEADERS = ['Location', 'ETag', 'Last-Modified']
const HALTED = 'The transaction was rolled back since another operation in the same transaction failed.'

/** One request inside a composite or a graph, its references not yet filled in. */
export interface Subrequest {
  readonly method: string
  readonly url: string
  readonly referenceId: string
  readonly body: unknown
  /** Names in lower case. */
  readonly headers: Record<string, string>
}

/** What became of one, as a composite answers it (rest.md §8). */
export interface Subresponse {
  readonly body: unknown
  readonly httpHeaders: Record<string, string>
  readonly httpStatusCode: number
  readonly referenceId: string
}

/** The answers given so far, by referenceId. */
export type Answers = ReadonlyMap<string, Subresponse>

/** The list under `compositeRequest`. Throws OrgError 400 for one that is malformed or a name that is taken twice. */
export function subrequestsOf(body: JsonObject): Subrequest[] {
  const requests = objectsOf(body, 'compositeRequest').map(subrequest)
  if (new Set(requests.map(({ referenceId }) => referenceId)).size < requests.length) {
    throw new OrgError(400, 'INVALID_INPUT', 'referenceId must be unique')
  }
  return requests
}

function subrequest({ method, url, referenceId, body, httpHeaders }: JsonObject): Subrequest {
  if (typeof method !== 'string' || typeof url !== 'string' || typeof referenceId !== 'string') {
    throw new OrgError(400, 'INVALID_INPUT', 'a subrequest needs method, url and referenceId')
  }
  if (!REFERENCE_ID.test(referenceId)) {
    throw new OrgError(400, 'INVALID_INPUT', `referenceId ${referenceId} must be letters, digits and underscores`)
  }
  const headers = isObject(httpHeaders) ? Object.entries(httpHeaders) : []
  const named = headers.map(([name, value]) => [name.toLowerCase(), String(value)])
  return {
    method: method.toUpperCase(),
    url,
    referenceId,
    body,
    headers: Object.fromEntries(named) as Record<string, string>,
  }
}

/** How subrequests are run. */
export interface Manner {
  /** Which URLs may stand there. */
  readonly inside: RegExp
  /** Whether all are saved or none. */
  readonly asOne: boolean
}

/** Runs one with the answers of earlier ones filled in. */
export async function runSubrequest(
  dispatcher: Dispatcher,
  call: Call,
  request: Subrequest,
  answers: Answers,
  { inside, asOne }: Manner,
): Promise<Subresponse> {
  const { referenceId, method, headers } = request
  try {
    const url = String(filled(request.url, answers))
    if (!inside.test(url)) throw new OrgError(400, 'INVALID_INPUT', `not allowed inside a composite: ${method} ${url}`)
    const body = request.body === undefined ? '' : JSON.stringify(filled(request.body, answers))
    const inner = { method, url, headers, body: () => Promise.resolve(Buffer.from(body)) }
    const reply = await dispatcher.within(call, inner, asOne)
    return { body: reply.json ?? null, httpHeaders: shownHeaders(reply), httpStatusCode: reply.status, referenceId }
  } catch (error) {
    if (!(error instanceof OrgError)) throw error
    return { body: restShape(error), httpHeaders: {}, httpStatusCode: error.status, referenceId }
  }
}

function shownHeaders({ headers = {} }: Reply): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => SHOWN_HEADERS.includes(name)))
}

/** The answer to what was rolled back with another. */
export function haltedSubresponse(referenceId: string): Subresponse {
  const error = new OrgError(400, 'PROCESSING_HALTED', HALTED)
  return { body: restShape(error), httpHeaders: {}, httpStatusCode: 400, referenceId }
}

/** Puts the answers of earlier subrequests in place of `@{ref.path}`, in every text of a body or in a URL. */
function filled(value: unknown, answers: Answers): unknown {
  if (typeof value === 'string') return withAnswers(value, answers)
  if (Array.isArray(value)) return value.map((one) => filled(one, answers))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, answers)]))
}

function withAnswers(text: string, answers: Answers): unknown {
  const whole = [...text.matchAll(REFERENCE)]
  const [only] = whole
  if (only !== undefined && only[0] === text) return resolved(only, answers)
  return text.replace(REFERENCE, (...match) => String(resolved(match, answers)))
}

/**
 * `ref.records[0].Id` in the answer of ref. Throws PROCESSING_HALTED: what depends on a failure is told as if it were
 * rolled back (rest.md §8), a path that leads nowhere in a good answer is named.
 */
function resolved(match: readonly unknown[], answers: Answers): unknown {
  const [, referenceId = '', path = ''] = match.map(String)
  const answer = answers.get(referenceId)
  if (answer !== undefined && answer.httpStatusCode >= 400) throw new OrgError(400, 'PROCESSING_HALTED', HALTED)
  let value = answer?.body
  for (const step of path.match(/[A-Za-z0-9_]+/g) ?? []) {
    value = Array.isArray(value) ? (value as unknown[])[Number(step)] : isObject(value) ? value[step] : undefined
  }
  if (value !== undefined && value !== null) return value
  throw new OrgError(400, 'PROCESSING_HALTED', `Invalid reference specified. No value for ${referenceId}${path} found`)
}
