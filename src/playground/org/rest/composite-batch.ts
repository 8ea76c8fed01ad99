import type { Call, Route } from '../api.js'
import type { Dispatcher } from '../dispatcher.js'
import { type JsonObject, objectsOf, readObject } from '../json-body.js'
import { notImplemented, OrgError, restShape } from '../org-error.js'

const MAX_SUBREQUESTS = 25
/** `v66.0/sobjects/…`, with or without what stands before it in a whole path. */
const INSIDE = /^(?:\/services\/data)?\/?(v\d+\.\d+\/(?:sobjects|query|queryAll|limits)(?:[/?].*)?)$/s

interface BatchRequest {
  readonly method: string
  /** A whole path, `/services/data/v66.0/…`. */
  readonly url: string
  readonly input: unknown
}

interface BatchResult {
  readonly statusCode: number
  readonly result: unknown
}

/** `POST /composite/batch`: up to 25 requests that know nothing of each other, one after the other (rest.md §8). */
export function batchRoute(dispatcher: () => Dispatcher): Route {
  return {
    method: 'POST',
    path: '/composite/batch',
    handle: async (call) => {
      const body = await readObject(call)
      const requests = batchRequestsOf(body)
      const results = await run(dispatcher(), call, requests, body['haltOnError'] === true)
      return { status: 200, json: { hasErrors: results.some(isFailure), results } }
    },
  }
}

/** What a failure is followed by under haltOnError is not tried. Nothing is ever taken back. */
async function run(
  dispatcher: Dispatcher,
  call: Call,
  requests: readonly BatchRequest[],
  haltOnError: boolean,
): Promise<BatchResult[]> {
  const results: BatchResult[] = []
  for (const request of requests) {
    const halted = haltOnError && results.some(isFailure)
    results.push(halted ? haltedResult() : await runOne(dispatcher, call, request))
  }
  return results
}

async function runOne(dispatcher: Dispatcher, call: Call, { method, url, input }: BatchRequest): Promise<BatchResult> {
  const body = Buffer.from(input === undefined ? '' : JSON.stringify(input))
  const reply = await dispatcher.within(call, { method, url, headers: {}, body: () => Promise.resolve(body) })
  return { statusCode: reply.status, result: reply.json ?? null }
}

function isFailure({ statusCode }: BatchResult): boolean {
  return statusCode >= 400
}

function haltedResult(): BatchResult {
  const error = new OrgError(412, 'BATCH_PROCESSING_HALTED', 'Batch processing halted per request')
  return { statusCode: error.status, result: restShape(error) }
}

/** A malformed subrequest refuses the whole batch before any is run. */
function batchRequestsOf(body: JsonObject): BatchRequest[] {
  const requests = objectsOf(body, 'batchRequests').map(batchRequest)
  if (requests.length <= MAX_SUBREQUESTS) return requests
  throw new OrgError(400, 'LIMIT_EXCEEDED', `at most ${MAX_SUBREQUESTS} subrequests are allowed`)
}

function batchRequest({ method, url, richInput, binaryPartName }: JsonObject): BatchRequest {
  if (typeof method !== 'string' || typeof url !== 'string') {
    throw new OrgError(400, 'INVALID_INPUT', 'a subrequest needs method and url')
  }
  if (binaryPartName !== undefined) throw notImplemented('binary parts of a batch')
  const below = INSIDE.exec(url)?.[1]
  if (below === undefined) throw new OrgError(400, 'INVALID_INPUT', `not allowed inside a batch: ${method} ${url}`)
  return { method: method.toUpperCase(), url: `/services/data/${below}`, input: richInput }
}
