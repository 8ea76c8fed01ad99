import type { Call, Method, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import type { Dispatcher } from '../dispatcher.js'
import { OrgError, restShape } from '../org-error.js'
import { isObject, type JsonObject, objectsOf, readObject } from '../json-body.js'

const MAX_SUBREQUESTS = 25
const MAX_HEAVY = 5
const HEAVY = /\/(?:query|queryAll|composite\/sobjects)(?:[/?]|$)/
const INSIDE = /^\/services\/data\/v\d+\.\d+\/(?:sobjects|query|queryAll|limits|composite\/sobjects)(?:[/?]|$)/
const REFERENCE_ID = /^[A-Za-z0-9][A-Za-z0-9_]*$/
const REFERENCE = /@\{([A-Za-z0-9][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}/g
const HALTED = 'The transaction was rolled back since another operation in the same transaction failed.'

interface Subrequest {
  readonly method: string
  readonly url: string
  readonly referenceId: string
  readonly body: unknown
  readonly headers: Record<string, string>
}

interface Subresponse {
  readonly body: unknown
  readonly httpHeaders: Record<string, string>
  readonly httpStatusCode: number
  readonly referenceId: string
}

/** `POST /composite`: several requests in one API call, each able to use the answers of earlier ones (rest.md §8). */
export function compositeRoute(core: OrgCore, dispatcher: () => Dispatcher): Route {
  return {
    method: 'POST' satisfies Method,
    path: '/composite',
    handle: async (call) => {
      const body = await readObject(call)
      const requests = subrequestsOf(body)
      const responses = await run(core, dispatcher(), call, requests, body['allOrNone'] === true)
      return { status: 200, json: { compositeResponse: responses } } satisfies Reply
    },
  }
}

async function run(
  core: OrgCore,
  dispatcher: Dispatcher,
  call: Call,
  requests: readonly Subrequest[],
  allOrNone: boolean,
): Promise<Subresponse[]> {
  const savepoint = allOrNone ? core.store.savepoint() : undefined
  const answers = new Map<string, Subresponse>()
  for (const request of requests) {
    const response = await runOne(dispatcher, call, request, answers)
    answers.set(request.referenceId, response)
    if (savepoint === undefined || response.httpStatusCode < 400) continue
    savepoint.rollback()
    return requests.map(({ referenceId }) => (referenceId === response.referenceId ? response : halted(referenceId)))
  }
  savepoint?.release()
  return [...answers.values()]
}

async function runOne(
  dispatcher: Dispatcher,
  call: Call,
  request: Subrequest,
  answers: ReadonlyMap<string, Subresponse>,
): Promise<Subresponse> {
  const { referenceId, method, headers } = request
  try {
    const url = String(substituted(request.url, answers))
    if (!INSIDE.test(url)) throw new OrgError(400, 'INVALID_INPUT', `not allowed inside a composite: ${method} ${url}`)
    const body = request.body === undefined ? '' : JSON.stringify(substituted(request.body, answers))
    const inner = { method, url, headers, body: () => Promise.resolve(Buffer.from(body)) }
    const reply = await dispatcher.within(call, inner)
    const location = reply.headers?.['Location']
    const httpHeaders: Record<string, string> = location === undefined ? {} : { Location: location }
    return { body: reply.json ?? null, httpHeaders, httpStatusCode: reply.status, referenceId }
  } catch (error) {
    if (!(error instanceof OrgError)) throw error
    return { body: restShape(error), httpHeaders: {}, httpStatusCode: error.status, referenceId }
  }
}

function halted(referenceId: string): Subresponse {
  const error = new OrgError(400, 'PROCESSING_HALTED', HALTED)
  return { body: restShape(error), httpHeaders: {}, httpStatusCode: 400, referenceId }
}

function subrequestsOf(body: JsonObject): Subrequest[] {
  const requests = objectsOf(body, 'compositeRequest').map(subrequest)
  if (requests.length > MAX_SUBREQUESTS) {
    throw new OrgError(400, 'LIMIT_EXCEEDED', `at most ${MAX_SUBREQUESTS} subrequests are allowed`)
  }
  if (requests.filter(({ url }) => HEAVY.test(url)).length > MAX_HEAVY) {
    throw new OrgError(400, 'LIMIT_EXCEEDED', `at most ${MAX_HEAVY} subrequests may be queries or collections`)
  }
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

/** Puts the answers of earlier subrequests in place of `@{ref.path}`, in every text of a body or in a URL. */
function substituted(value: unknown, answers: ReadonlyMap<string, Subresponse>): unknown {
  if (typeof value === 'string') return withAnswers(value, answers)
  if (Array.isArray(value)) return value.map((one) => substituted(one, answers))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, substituted(one, answers)]))
}

function withAnswers(text: string, answers: ReadonlyMap<string, Subresponse>): unknown {
  const whole = [...text.matchAll(REFERENCE)]
  const [only] = whole
  if (only !== undefined && only[0] === text) return resolved(only, answers)
  return text.replace(REFERENCE, (...match) => String(resolved(match, answers)))
}

/** `ref.records[0].Id` in the answer of ref. Throws PROCESSING_HALTED when there is no such value. */
function resolved(match: readonly unknown[], answers: ReadonlyMap<string, Subresponse>): unknown {
  const [, referenceId, path] = match.map(String)
  let value = answers.get(referenceId ?? '')?.body
  for (const step of (path ?? '').match(/[A-Za-z0-9_]+/g) ?? []) {
    value = Array.isArray(value) ? (value as unknown[])[Number(step)] : isObject(value) ? value[step] : undefined
  }
  if (value !== undefined && value !== null) return value
  const message = `Invalid reference specified. No value for ${referenceId ?? ''}${path ?? ''} found`
  throw new OrgError(400, 'PROCESSING_HALTED', message)
}
