import type { z } from 'zod'
import type { Clock } from '../clock.js'
import { contactOf, type Contact } from '../domain/connection.js'
import { MhError } from '../errors.js'
import { asError, classify, retryAfterMs, type Failure } from './failure.js'
import { Connection, type HttpMethods } from './jsforce.js'
import type { Credentials } from './credentials.js'
import { SessionKeeper } from './session-keeper.js'
import type { Session } from './session-store.js'
import { ExchangeError, OrgTransport, type StreamedReply } from './transport.js'
import type { Vault } from './vault.js'

/** One call of the REST API; `path` is below `/services/data/vNN.0`, or a whole path that begins with `/services/`. */
export interface OrgRequest {
  method: HttpMethods
  path: string
  body?: unknown
  /** True when sending it twice does no harm although it is a POST: it only reads. GET and DELETE always are. */
  repeatable?: boolean
  /** Beside those of every call, as `Sforce-Auto-Assign` (rest.md §11). */
  headers?: Readonly<Record<string, string>>
  /** The longest pause before a repeat, in milliseconds; who asks for more is taken to be down. @default five minutes */
  longestWaitMs?: number
}

const TRIES = 5
const BACKOFF_BASE_MS = 500
const BACKOFF_CAP_MS = 30_000
/** An org that asks for more patience than this is down, as far as one command is concerned. */
const LONGEST_WAIT_MS = 5 * 60 * 1_000
/** Sent to every call, so that the org's admin sees who asks (rest.md §11). */
const CALL_OPTIONS = { client: 'mh-sf' }

/**
 * The org: jsforce's connection over our transport, with one retry table, one renewal of the session and a schema for
 * every reply. The only way from the product to Salesforce.
 */
export class Org {
  readonly transport: OrgTransport
  readonly keeper: SessionKeeper
  /**
   * Asked before a session is used whether its org is the right one; throws when it is not. False when that cannot be told yet, and is to
   * be asked again.
   */
  admit: ((orgId: string) => Promise<boolean>) | undefined
  /** The org that this began with: it stays with it, whatever a login says later. */
  #orgId: string | undefined
  #isAdmitted = false

  constructor(
    private readonly credentials: Credentials,
    private readonly sessionDirectory: string,
    private readonly clock: Clock,
    vault?: Vault,
    beside?: Org,
  ) {
    this.transport = new OrgTransport(beside?.transport.told)
    this.keeper = beside?.keeper ?? new SessionKeeper(credentials, sessionDirectory, clock, this.transport.told, vault)
  }

  /**
   * The same org for work that ends by a signal of its own and counts its own calls: session, slots, policy and what is known of
   * the allowance are shared.
   */
  beside(signal: AbortSignal): Org {
    const org = new Org(this.credentials, this.sessionDirectory, this.clock, undefined, this)
    org.admit = this.admit
    const { quota, slots } = this.transport
    Object.assign(org.transport, { quota, slots, signal })
    return org
  }

  /** Metered API calls sent by this process so far. */
  get calls(): number {
    return this.transport.calls
  }

  /** Where it is logged in to. */
  get loginHost(): string {
    return new URL(this.credentials.loginUrl).host
  }

  /** Whether the org answered when it was asked last; undefined when it was not since this was last taken. */
  takeContact(): Contact | undefined {
    const { contact } = this.transport.told
    this.transport.told.contact = undefined
    return contact
  }

  /** From now on calls are those of a run: at most so many of them, and the reserve is left to lookups. */
  beginRun(maxApiCalls = Infinity): void {
    this.transport.budget = { spender: 'run', before: this.calls, most: maxApiCalls }
  }

  /** From now on calls are those of a lookup: at most so many of them. */
  beginLookup(maxApiCalls = Infinity): void {
    this.transport.budget = { spender: 'lookup', before: this.calls, most: maxApiCalls }
  }

  /** The session, of an org that was admitted. */
  async session(): Promise<Session> {
    const session = await this.keeper.current(this.transport.signal).catch((error: unknown) => {
      this.#noteFailure(error)
      throw error
    })
    return this.#checked(session)
  }

  /** The same, of a login that would be granted today, whatever is cached; one call more than `session`, which is not metered. */
  async provenSession(): Promise<Session> {
    const { signal = new AbortController().signal } = this.transport
    return this.keeper.proven(() => this.session(), signal)
  }

  /**
   * Sends one request and returns its reply, checked against the schema. Transient failures are retried with full
   * jitter where a repeat is safe; a dead session is renewed once. Throws an MhError that says what happened.
   * `failureIn` finds a failure inside a reply that came well, as composite replies can hold one.
   */
  async json<T>(
    request: OrgRequest,
    schema: z.ZodType<T>,
    failureIn: (reply: T) => Failure | undefined = () => undefined,
  ): Promise<T> {
    const safe = request.repeatable ?? ['GET', 'DELETE', 'HEAD'].includes(request.method)
    return this.#persist({ safe, longestWaitMs: request.longestWaitMs }, async (session) => {
      const reply = await connectionFor(session, this.transport).request({
        method: request.method,
        url: pathFor(session, request.path),
        headers: { accept: 'application/json', 'content-type': 'application/json', ...request.headers },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      })
      const parsed = schema.safeParse(reply)
      const inside = parsed.success ? failureIn(parsed.data) : undefined
      if (inside) throw new ExchangeError(inside)
      if (parsed.success) return parsed.data
      const where = parsed.error.issues[0]?.path.join('.') ?? ''
      throw new ExchangeError({
        kind: 'garbled',
        reached: 'perhaps',
        why: `it is not what ${request.path.split('?')[0] ?? ''} answers (at "${where}")`,
      })
    })
  }

  /** A GET whose body is consumed inside the retry: when it breaks off, `consume` starts again from the beginning. */
  async stream<T>(path: string, accept: string, consume: (reply: StreamedReply) => Promise<T>): Promise<T> {
    return this.#persist({ safe: true }, async (session) => {
      const headers = { authorization: `Bearer ${session.accessToken}`, accept }
      return this.transport.stream(session.instanceUrl + pathFor(session, path), headers, consume)
    })
  }

  /**
   * Uploads a CSV. Repeated here only where it certainly did not come through; each time `open` gives the bytes from the
   * beginning.
   */
  async uploadCsv(path: string, open: () => Promise<Blob>): Promise<void> {
    await this.#persist({ safe: false }, async (session) => {
      const headers = { authorization: `Bearer ${session.accessToken}`, 'content-type': 'text/csv; charset=UTF-8' }
      await this.transport.upload(session.instanceUrl + pathFor(session, path), headers, await open())
    })
  }

  /** A call of the SOAP API that does no harm when it is sent twice; `bodyFor` puts the session where it belongs. Returns the envelope. */
  async soap(bodyFor: (token: string) => string): Promise<string> {
    return this.#persist({ safe: true }, async ({ instanceUrl, accessToken, apiVersion }) => {
      const reply = await this.transport.httpRequest({
        method: 'POST',
        url: `${instanceUrl}/services/Soap/u/${apiVersion}`,
        headers: { 'content-type': 'text/xml; charset=UTF-8', soapaction: '""' },
        body: bodyFor(accessToken),
      })
      return reply.body
    })
  }

  /** Keeps in mind whether the org answered. */
  async #persist<T>(
    how: { safe: boolean; longestWaitMs?: number },
    send: (session: Session) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await this.#repeat(how, send)
      this.transport.told.contact = { at: this.clock.now() }
      return answer
    } catch (error) {
      this.#noteFailure(error)
      throw error
    }
  }

  async #checked(session: Session): Promise<Session> {
    const { orgId } = session
    this.#orgId ??= orgId
    if (this.#orgId !== orgId) throw strayed(this.#orgId, orgId)
    if (!this.#isAdmitted) this.#isAdmitted = !this.admit || (await this.admit(orgId))
    return session
  }

  #noteFailure(error: unknown): void {
    this.transport.told.contact = contactOf(error, this.clock.now()) ?? this.transport.told.contact
  }

  async #repeat<T>(
    { safe, longestWaitMs = LONGEST_WAIT_MS }: { safe: boolean; longestWaitMs?: number },
    send: (session: Session) => Promise<T>,
  ): Promise<T> {
    let session = await this.session()
    let renewed = false
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(session)
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error
        const { failure } = error
        const verdict = classify(failure, safe)
        if (verdict.class === 'session' && !renewed) {
          session = await this.#checked(await this.keeper.renew(session, this.transport.signal))
          renewed = true
        } else if (verdict.repeat && attempt < TRIES && (await this.#patience(failure, attempt, longestWaitMs))) {
          continue
        } else throw asError(failure, new URL(session.instanceUrl).host)
      }
    }
  }

  /** Waits before a repeat; false when there is no time for one. A command that was stopped ends with its own reason. */
  async #patience(failure: Failure, attempt: number, longest: number): Promise<boolean> {
    const pause = this.#pause(failure, attempt)
    const { signal } = this.transport
    if (pause > longest || signal?.aborted) return false
    return this.clock.sleep(pause, signal).then(
      () => true,
      () => {
        if (signal?.reason instanceof MhError) throw signal.reason
        return false
      },
    )
  }

  #pause(failure: Failure, attempt: number): number {
    const asked = failure.kind === 'status' ? retryAfterMs(failure.retryAfter, this.clock.now()) : undefined
    const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt)
    return asked ?? Math.random() * ceiling
  }
}

function strayed(from: string, to: string): MhError {
  return new MhError(
    'OTHER_ORG',
    `The login led to org ${from} when this began, and leads to org ${to} now. Nothing more was read or written.`,
    'See with mh-sf auth status which org it is, then run the command again.',
  )
}

/** Made anew for each attempt: the host may have moved with the new session. */
function connectionFor(session: Session, transport: OrgTransport): Connection {
  const { instanceUrl, accessToken, apiVersion } = session
  const connection = new Connection({ instanceUrl, accessToken, version: apiVersion, callOptions: CALL_OPTIONS })
  connection._transport = transport
  return connection
}

function pathFor(session: Session, path: string): string {
  return path.startsWith('/services/') ? path : `/services/data/v${session.apiVersion}${path}`
}
