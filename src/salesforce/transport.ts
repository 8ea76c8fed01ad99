import { PassThrough } from 'node:stream'
import { hourOf, type UsageHour } from '../domain/api-usage.js'
import type { Contact } from '../domain/connection.js'
import { NO_LATENCY, withLookup, type Latency } from '../domain/latency.js'
import { DEFAULT_QUOTA, type Allowance, type QuotaPolicy } from '../domain/quota.js'
import type { MhError } from '../errors.js'
import { budgetExceeded, LOOKUP_BUDGET, shortageOf, type Budget, type Shortage } from './budget.js'
import { readErrorBody, type Failure } from './failure.js'
import { StreamPromise, Transport, type HttpRequest, type HttpResponse } from './jsforce.js'
import { isDeeperThan } from '../json.js'
import { Slots } from './slots.js'

/** An exchange that brought no usable reply; `failure` says how far it came. */
export class ExchangeError extends Error {
  constructor(readonly failure: Failure) {
    super('status' in failure ? `HTTP ${failure.status}` : failure.why)
    this.name = 'ExchangeError'
  }
}

export interface StreamedReply {
  headers: Headers
  body: ReadableStream<Uint8Array>
}

/** What replies told of the org; several transports of one org know it together. */
export interface Told {
  allowance?: Allowance
  /** The `Date` of the latest reply: an assertion is judged by the org's clock, not by ours. */
  serverTime?: Date
  /** Whether the org answered when it was asked last. */
  contact?: Contact
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
/** Asking what is left is always allowed. */
const ASKS_WHAT_IS_LEFT = /^\/services\/data\/v[\d.]+\/limits\/?$/u
/**
 * The longest body that is taken whole, in bytes as they are once unpacked: the longest that an org sends, five pages of queries in one
 * reply, stays far below. What comes as a stream (results of jobs) is not held.
 */
const MOST_BYTES = 64 * 1024 * 1024
/** Of a body that only says what went wrong. */
const MOST_ERROR_BYTES = 256 * 1024
/** Objects and lists inside of one another; an org needs a dozen, and what walks over a reply must not run out of stack. */
const DEEPEST = 100
/** Calls under way at a time: far below what the platform takes (limits.md §2). */
const AT_ONCE = 5

/**
 * Takes the place of jsforce's transport (pitfalls.md §1-3): one deadline over headers and body, redirects are not
 * followed, every call is counted, allowance and server time are read from every reply. It never retries, and it turns
 * an error status into a typed failure before jsforce sees it, except for OAuth, whose errors have a shape of their own.
 */
export class OrgTransport extends Transport {
  /** Metered API calls sent so far. */
  calls = 0
  /** Ends all exchanges under way, and each to come. */
  signal: AbortSignal | undefined
  /** How long one exchange may take, headers and body together: a query may take ten minutes (limits.md §2). */
  deadlineMs = 600_000
  /** What may be spent; a call beyond it is not sent. */
  budget: Budget = LOOKUP_BUDGET
  /** How the org's allowance is divided. */
  quota: QuotaPolicy = DEFAULT_QUOTA
  /** How many calls are under way at a time. */
  slots = new Slots(AT_ONCE)
  /** Told how many of our calls have to leave the window, says when they will have; asked only when a call is refused. */
  whenFree: ((calls: number, now: Date) => Promise<Date | undefined>) | undefined
  /** Each is asked before every metered call, and throws when no more may be made. */
  readonly guards = new Set<() => void>()
  /** Calls by the hour of the org's clock, in milliseconds since 1970; those without a reply yet are in no hour. */
  readonly #hours = new Map<number, number>()
  #unplaced = 0
  #lookups: Latency = NO_LATENCY

  constructor(readonly told: Told = {}) {
    super()
  }

  get allowance(): Allowance | undefined {
    return this.told.allowance
  }

  set allowance(allowance: Allowance | undefined) {
    this.told.allowance = allowance
  }

  get serverTime(): Date | undefined {
    return this.told.serverTime
  }

  /** What jsforce calls. Rejects with an `ExchangeError` unless a whole reply came. */
  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    const exchange = () => this.slots.hold(() => this.#exchange(request))
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: exchange() }))
  }

  /** A GET whose body is consumed as it comes; the deadline over the whole of it is the org's own. */
  async stream<T>(
    url: string,
    headers: Record<string, string>,
    consume: (reply: StreamedReply) => Promise<T>,
  ): Promise<T> {
    return this.slots.hold(async () => {
      const reply = await this.#send({ method: 'GET', url, headers }, this.#signalOfOne(STREAM_DEADLINE_MS))
      if (reply.status >= 400) throw statusFailure(reply, await errorText(reply))
      if (!reply.body) throw new ExchangeError({ kind: 'garbled', reached: 'perhaps', why: 'the reply has no body' })
      return consume({ headers: reply.headers, body: reply.body })
    })
  }

  /** A PUT of bytes that are read as they are sent. */
  async upload(url: string, headers: Record<string, string>, bytes: Blob): Promise<void> {
    await this.slots.hold(async () => {
      const reply = await this.#send({ method: 'PUT', url, headers }, this.#signalOfOne(STREAM_DEADLINE_MS), bytes)
      const body = await errorText(reply)
      if (reply.status >= 400) throw statusFailure(reply, body)
    })
  }

  /**
   * Throws BUDGET_EXCEEDED unless so many calls more may be made, as far as the org has told what is left. `untouched`
   * says what was not written yet; without it something may have been.
   */
  async afford(calls: number, untouched?: string): Promise<void> {
    const shortage = this.#shortage(calls)
    if (shortage) throw await this.#refusal(shortage, untouched)
  }

  /** Counts a lookup of somebody who waits for it, by how long it took. */
  noteLookup(milliseconds: number): void {
    this.#lookups = withLookup(this.#lookups, milliseconds)
  }

  /**
   * The calls that were made since this was last asked, by the hour of the org's clock; `now` is that of a call without a reply.
   * The lookups since then are with the latest hour.
   */
  takeUsage(now: Date): UsageHour[] {
    this.#place(now)
    if (this.#lookups.count > 0 && this.#hours.size === 0) this.#hours.set(hourOf(now.getTime()), 0)
    const latest = Math.max(...this.#hours.keys())
    const lookups = this.#lookups.count > 0 ? { lookups: this.#lookups } : {}
    const hours = [...this.#hours].map(([hour, calls]) => ({
      hour: new Date(hour),
      calls,
      ...(hour === latest ? lookups : {}),
    }))
    this.#hours.clear()
    this.#lookups = NO_LATENCY
    return hours
  }

  async #exchange(request: HttpRequest): Promise<HttpResponse> {
    const isLogin = UNMETERED.test(new URL(request.url).pathname)
    const signal = this.#signalOfOne(isLogin ? LOGIN_DEADLINE_MS : this.deadlineMs)
    const reply = await this.#send(request, signal)
    const isOAuth = new URL(request.url).pathname.startsWith('/services/oauth2/')
    if (reply.status >= 400 && !isOAuth) throw statusFailure(reply, await errorText(reply))
    const body = await readWhole(reply, MOST_BYTES).catch((error: unknown) => {
      throw error instanceof ExchangeError ? error : failed(error, signal, 'perhaps')
    })
    if (isDeeperThan(DEEPEST, body)) throw tooMuch('it is nested too deeply')
    return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body }
  }

  async #send(request: HttpRequest, signal: AbortSignal, bytes?: Blob): Promise<Response> {
    const url = new URL(request.url)
    if (!UNMETERED.test(url.pathname)) await this.#spend(url)
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

  /** Nothing is awaited between looking and counting: two calls at once do not take the same last one. */
  async #spend({ pathname }: URL): Promise<void> {
    for (const guard of this.guards) guard()
    const shortage = ASKS_WHAT_IS_LEFT.test(pathname) ? undefined : this.#shortage(1)
    if (shortage) throw await this.#refusal(shortage)
    this.calls += 1
    this.#unplaced += 1
  }

  #shortage(calls: number): Shortage | undefined {
    return shortageOf(calls, this.calls, this.budget, this.allowance, this.quota)
  }

  async #refusal(shortage: Shortage, untouched?: string): Promise<MhError> {
    const now = this.serverTime ?? new Date()
    const { toLeave, isTooMuch } = shortage
    const free = toLeave === undefined || isTooMuch ? undefined : await this.whenFree?.(toLeave, now)
    return budgetExceeded(shortage, untouched, now, free)
  }

  #place(time: Date): void {
    if (this.#unplaced === 0) return
    const hour = hourOf(time.getTime())
    this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + this.#unplaced)
    this.#unplaced = 0
  }

  #readHeaders(headers: Headers): void {
    const date = Date.parse(headers.get('date') ?? '')
    if (!Number.isNaN(date)) {
      this.told.serverTime = new Date(date)
      this.#place(this.told.serverTime)
    }
    const [, used, max] = /api-usage=(\d+)\/(\d+)/u.exec(headers.get('sforce-limit-info') ?? '') ?? []
    if (used !== undefined && max !== undefined) this.allowance = { used: Number(used), max: Number(max) }
  }
}

function statusFailure(reply: Response, body: string): ExchangeError {
  const retryAfter = reply.headers.get('retry-after') ?? undefined
  return new ExchangeError({ kind: 'status', status: reply.status, retryAfter, ...readErrorBody(body) })
}

/** A body that must not be longer than `most` bytes; the rest of a longer one is not read. */
async function readWhole(reply: Response, most: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of (reply.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > most) throw tooMuch(`it is longer than ${most} bytes`)
    pieces.push(piece)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch {
    throw new ExchangeError({ kind: 'garbled', reached: 'perhaps', why: 'it is not UTF-8' })
  }
}

/** What a body says of an error; nothing when it is too long, too deep or broken: then the status has to do. */
async function errorText(reply: Response): Promise<string> {
  const text = await readWhole(reply, MOST_ERROR_BYTES).catch(() => '')
  return isDeeperThan(DEEPEST, text) ? '' : text
}

/** A reply of a size that no org sends: sent again it would be the same. */
export function tooMuch(why: string): ExchangeError {
  return new ExchangeError({ kind: 'garbled', reached: 'perhaps', why, final: true })
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
