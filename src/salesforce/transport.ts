import { PassThrough } from 'node:stream'
import { MhError } from '../errors.js'
import { readErrorBody, type Failure } from './failure.js'
import { StreamPromise, Transport, type HttpRequest, type HttpResponse } from './jsforce.js'

/** An exchange that brought no usable reply; `failure` says how far it came. */
export class ExchangeError extends Error {
  constructor(readonly failure: Failure) {
    super('status' in failure ? `HTTP ${failure.status}` : failure.why)
    this.name = 'ExchangeError'
  }
}

/** The org's own count of API calls in the last 24 hours; a gauge with noise (rest.md §2). */
export interface Allowance {
  used: number
  max: number
}

/** What a run may spend: calls of its own, and a share of what the org allows everybody in 24 hours. */
export interface Budget {
  /** As `calls` counts them. */
  calls: number
  /** From 0 to 1. */
  share: number
}

export interface StreamedReply {
  headers: Headers
  body: ReadableStream<Uint8Array>
}

/** A login is quick, or it is not going to be. */
const LOGIN_DEADLINE_MS = 30_000
/** The org gives up on a download after 20 minutes (bulk2.md §8); an upload is given as long. */
const STREAM_DEADLINE_MS = 20 * 60 * 1_000

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** A metered call is any but OAuth and the list of versions (limits.md §1). */
const UNMETERED = /^\/services\/(?:oauth2\/|data\/?$)/u

/**
 * Takes the place of jsforce's transport (pitfalls.md §1-3): one deadline over headers and body, redirects are not
 * followed, every call is counted, allowance and server time are read from every reply. It never retries, and it turns
 * an error status into a typed failure before jsforce sees it, except for OAuth, whose errors have a shape of their own.
 */
export class OrgTransport extends Transport {
  /** Metered API calls sent so far. */
  calls = 0
  allowance: Allowance | undefined
  /** The `Date` of the latest reply: an assertion is judged by the org's clock, not by ours. */
  serverTime: Date | undefined
  /** Ends all exchanges under way, and each to come. */
  signal: AbortSignal | undefined
  /** How long one exchange may take, headers and body together: a query may take ten minutes (limits.md §2). */
  deadlineMs = 600_000
  /** What may be spent; a call beyond it is not sent. Nothing is refused without one. */
  budget: Budget | undefined
  /** Asked before every metered call; throws when no more may be made. */
  guard: (() => void) | undefined

  /** What jsforce calls. Rejects with an `ExchangeError` unless a whole reply came. */
  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#exchange(request) }))
  }

  /** A GET whose body is read as it comes; the deadline over the whole of it is the org's own. */
  async stream(url: string, headers: Record<string, string>): Promise<StreamedReply> {
    const reply = await this.#send({ method: 'GET', url, headers }, this.#signalOfOne(STREAM_DEADLINE_MS))
    if (reply.status >= 400) throw statusFailure(reply, await reply.text().catch(() => ''))
    if (!reply.body) throw new ExchangeError({ kind: 'garbled', reached: 'perhaps', why: 'the reply has no body' })
    return { headers: reply.headers, body: reply.body }
  }

  /** A PUT of bytes that are read as they are sent. */
  async upload(url: string, headers: Record<string, string>, bytes: Blob): Promise<void> {
    const reply = await this.#send({ method: 'PUT', url, headers }, this.#signalOfOne(STREAM_DEADLINE_MS), bytes)
    const body = await reply.text().catch(() => '')
    if (reply.status >= 400) throw statusFailure(reply, body)
  }

  async #exchange(request: HttpRequest): Promise<HttpResponse> {
    const isLogin = UNMETERED.test(new URL(request.url).pathname)
    const signal = this.#signalOfOne(isLogin ? LOGIN_DEADLINE_MS : this.deadlineMs)
    const reply = await this.#send(request, signal)
    const body = await reply.text().catch((error: unknown) => {
      throw failed(error, signal, 'perhaps')
    })
    const isOAuth = new URL(request.url).pathname.startsWith('/services/oauth2/')
    if (reply.status >= 400 && !isOAuth) throw statusFailure(reply, body)
    return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body }
  }

  async #send(request: HttpRequest, signal: AbortSignal, bytes?: Blob): Promise<Response> {
    const url = new URL(request.url)
    if (!UNMETERED.test(url.pathname)) this.#spend()
    const reply = await fetch(url, {
      method: request.method,
      headers: withoutLength(request.headers),
      body: bytes ?? (typeof request.body === 'string' ? request.body : undefined),
      redirect: 'manual',
      signal,
    }).catch((error: unknown) => {
      throw failed(error, signal, NOT_SENT.has(codeOf(error)) ? 'no' : 'perhaps')
    })
    this.#readHeaders(reply.headers)
    if (reply.status >= 300 && reply.status < 400 && reply.status !== 304 && reply.headers.has('location')) {
      throw new ExchangeError({ kind: 'redirect', status: reply.status })
    }
    return reply
  }

  #signalOfOne(milliseconds: number): AbortSignal {
    const deadline = AbortSignal.timeout(milliseconds)
    return this.signal ? AbortSignal.any([this.signal, deadline]) : deadline
  }

  #spend(): void {
    this.guard?.()
    if (this.budget) checkBudget(this.budget, this.calls, this.allowance)
    this.calls += 1
  }

  #readHeaders(headers: Headers): void {
    const date = Date.parse(headers.get('date') ?? '')
    if (!Number.isNaN(date)) this.serverTime = new Date(date)
    const [, used, max] = /api-usage=(\d+)\/(\d+)/u.exec(headers.get('sforce-limit-info') ?? '') ?? []
    if (used !== undefined && max !== undefined) this.allowance = { used: Number(used), max: Number(max) }
  }
}

/** Throws BUDGET_EXCEEDED when one more call would be too many. */
export function checkBudget(budget: Budget, spent: number, allowance: Allowance | undefined, ahead = 1): void {
  const later =
    'What was written stays. Run the command again with more calls, or when the window of 24 hours has rolled on.'
  if (spent + ahead > budget.calls) {
    const most = `the most that may be spent is ${budget.calls}`
    throw new MhError('BUDGET_EXCEEDED', `${spent} API calls are spent, ${ahead} more are needed, and ${most}.`, later)
  }
  if (!allowance || allowance.used + ahead <= allowance.max * budget.share) return
  const ceiling = `the ceiling is ${budget.share * 100} %, so that others can work`
  const used = `${allowance.used} of the org's ${allowance.max} API calls of 24 hours are used`
  throw new MhError('BUDGET_EXCEEDED', `${used}, ${ahead} more are needed, and ${ceiling}.`, later)
}

function statusFailure(reply: Response, body: string): ExchangeError {
  const retryAfter = reply.headers.get('retry-after') ?? undefined
  return new ExchangeError({ kind: 'status', status: reply.status, retryAfter, ...readErrorBody(body) })
}

/** fetch computes the length itself and refuses to be told. */
function withoutLength(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'))
}

function failed(error: unknown, signal: AbortSignal, reached: 'no' | 'perhaps'): Error {
  if (signal.aborted) {
    const reason: unknown = signal.reason
    if (!(reason instanceof DOMException && reason.name === 'TimeoutError'))
      return reason instanceof Error ? reason : new Error(String(reason))
    return new ExchangeError({ kind: 'timeout', reached: 'perhaps', why: 'the deadline of the call passed' })
  }
  const code = codeOf(error)
  if (/^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/u.test(code))
    return new ExchangeError({ kind: 'timeout', reached: 'perhaps', why: 'it fell silent' })
  return new ExchangeError({ kind: 'network', reached, why: code || 'the connection broke' })
}

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof AggregateError) return codeOf(cause.errors[0])
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : ''
}
