import type { IncomingHttpHeaders } from 'node:http'
import type { Call, OpenCall, OpenRoute, Reply, Route } from './api.js'
import type { OrgCore } from './core.js'
import { notFound, notImplemented, OAuthError, OrgError, restShape } from './org-error.js'
import { lackingService } from './not-implemented.js'
import { bearerOf } from './oauth/bearer.js'
import { Router } from './router.js'
import type { Session } from './session.js'
import { Transaction } from './transaction.js'
import { checkVersion, deprecationOf } from './versions.js'

/** A request, from a socket or from inside a composite. */
export interface Request {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  body(): Promise<Buffer>
}

/** An answer and the route it came by. */
export interface Dispatched {
  readonly reply: Reply
  /** The route's pattern, `-` when there was none. */
  readonly template: string
}

const DATA_PATH = /^\/+services\/+data\/+v(\d+\.\d+)(\/.*)?$/

/** Leads a request to its resource: version, session, allowance, then the route. Every refusal becomes a reply here. */
export class Dispatcher {
  readonly #core: OrgCore
  readonly #routes: Router<Route>
  readonly #openRoutes: Router<OpenRoute>

  constructor(core: OrgCore, routes: Iterable<Route>, openRoutes: Iterable<OpenRoute>) {
    this.#core = core
    this.#routes = new Router(routes)
    this.#openRoutes = new Router(openRoutes)
  }

  async dispatch(request: Request): Promise<Dispatched> {
    this.#core.dml.bin.sweep(this.#core.now())
    const [path, query] = splitUrl(request.url)
    const data = DATA_PATH.exec(path)
    if (data === null) return this.#open(request, path, query)
    const [, version = '', below = '/'] = data
    const answered = await answer(() => this.#data(request, version, below))
    const headers = { 'Sforce-Limit-Info': this.#core.allowance.header(this.#core.now()), ...deprecationOf(version) }
    return { ...answered, reply: { ...answered.reply, headers: { ...answered.reply.headers, ...headers } } }
  }

  /** The route that a request would take; `-` for none. */
  templateOf(method: string, path: string): string {
    const data = DATA_PATH.exec(path)
    const found = data === null ? this.#openRoutes.find(method, path) : this.#routes.find(method, data[2] ?? '/')
    return found?.route.path ?? '-'
  }

  /**
   * A request inside a composite: its session was checked and it is not counted again (limits.md §1). `asOne`: it is saved
   * with all others there, whose locks are its own; then nothing is waited for, so that nobody else gets a turn.
   */
  async within(outer: Call, request: Request, asOne = false): Promise<Reply> {
    const [path, query] = splitUrl(request.url)
    const data = DATA_PATH.exec(path)
    const found = await answer(async () => {
      if (data === null) throw notFound()
      const [, version = '', below = '/'] = data
      checkVersion(version)
      const transaction = asOne ? new Transaction(outer.transaction) : new Transaction()
      const answered = await this.#routed(request, below, query, { session: outer.session, version, transaction })
      if (asOne) outer.transaction.outlast(transaction)
      else await transaction.ended()
      return answered
    })
    return found.reply
  }

  async #open(request: Request, path: string, query: URLSearchParams): Promise<Dispatched> {
    return answer(async () => {
      const found = this.#openRoutes.find(request.method, path)
      if (found === undefined) throw this.#nothingThere(path)
      const { headers, method } = request
      const { params } = found
      const body = () => request.body()
      const call: OpenCall = { method, path, query, headers, params, body, now: () => this.#core.now() }
      return { reply: await found.route.handle(call), template: found.route.path }
    })
  }

  #nothingThere(path: string): OrgError {
    const lacking = lackingService(path)
    if (lacking !== undefined) return notImplemented(lacking)
    const allowed = this.#openRoutes.allowed(path)
    return allowed.length > 0 ? wrongMethod(allowed) : notFound()
  }

  async #data(request: Request, version: string, below: string): Promise<Dispatched> {
    const { settings, allowance } = this.#core
    checkVersion(version)
    const session = this.#session(request)
    if (!settings.apiEnabled) {
      throw new OrgError(403, 'API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.')
    }
    // Every data request counts, Bulk included; used up is 403 without Retry-After (limits.md §1, errors.md §2).
    if (!allowance.take(this.#core.now())) {
      throw new OrgError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
    }
    const transaction = new Transaction()
    const answered = await this.#routed(request, below, splitUrl(request.url)[1], { session, version, transaction })
    await transaction.ended()
    return answered
  }

  #session(request: Request): Session {
    const token = bearerOf(request)
    // A header in another form is told apart from a session that is not there (errors.md §2).
    const malformed = token === undefined && (request.headers.authorization ?? '') !== ''
    if (malformed) throw new OrgError(401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE')
    const session = token === undefined ? undefined : this.#core.sessions.check(token, this.#core.now())
    if (session !== undefined) return session
    throw new OrgError(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
  }

  async #routed(
    request: Request,
    below: string,
    query: URLSearchParams,
    given: Pick<Call, 'session' | 'version' | 'transaction'>,
  ): Promise<Dispatched> {
    const { headers } = request
    // POST may stand for PATCH where a client cannot send it (rest.md §5).
    const method = (request.method === 'POST' ? query.get('_HttpMethod') : null) ?? request.method
    const found = this.#routes.find(method, below)
    if (found === undefined) throw this.#nothingBelow(below)
    const call: Call = {
      ...given,
      method,
      path: splitUrl(request.url)[0],
      query,
      headers,
      params: found.params,
      body: () => request.body(),
      now: () => this.#core.now(),
    }
    const template = found.route.path
    return answer(async () => ({ template, reply: await found.route.handle(call) }), template)
  }

  #nothingBelow(below: string): OrgError {
    const allowed = this.#routes.allowed(below)
    return allowed.length > 0 ? wrongMethod(allowed) : notFound()
  }
}

function wrongMethod(allowed: readonly string[]): OrgError {
  return new OrgError(405, 'METHOD_NOT_ALLOWED', `HTTP Method not allowed. Allowed are ${allowed.join(',')}`)
}

function splitUrl(url: string): [string, URLSearchParams] {
  const at = url.indexOf('?')
  return at < 0 ? [url, new URLSearchParams()] : [url.slice(0, at), new URLSearchParams(url.slice(at + 1))]
}

/** Turns what a handler throws into an answer; anything unforeseen is a 500 that names itself (errors.md §2). */
async function answer(work: () => Promise<Dispatched>, template = '-'): Promise<Dispatched> {
  try {
    return await work()
  } catch (error) {
    return { template, reply: refusal(error) }
  }
}

function refusal(error: unknown): Reply {
  if (error instanceof OrgError) return { status: error.status, json: restShape(error) }
  if (error instanceof OAuthError) {
    return { status: error.status, json: { error: error.error, error_description: error.description } }
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { status: 500, json: restShape(new OrgError(500, 'UNKNOWN_EXCEPTION', `playground: ${told}`)) }
}
