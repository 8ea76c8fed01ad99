import type { IncomingHttpHeaders } from 'node:http'
import type { Session } from './session.js'
import type { Transaction } from './transaction.js'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** A request to a resource that needs no session (versions, OAuth). */
export interface OpenCall {
  readonly method: string
  /** Percent-decoded path parameters of the route's pattern. */
  readonly params: Readonly<Record<string, string>>
  /** The path as it was sent, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The whole body; gzip is already undone. Can be called more than once. */
  body(): Promise<Buffer>
  /** The org's clock, epoch milliseconds. */
  now(): number
}

/** A request to a data resource: its session was checked, the call was counted. */
export interface Call extends OpenCall {
  readonly session: Session
  /** What the call saves is saved in this one. */
  readonly transaction: Transaction
  /** Without the `v`, e.g. `66.0`. */
  readonly version: string
}

/**
 * An answer. At most one of `json`, `text` and `stream`; none is an empty body. `json` gets
 * `Content-Type: application/json;charset=UTF-8` by itself, the others name theirs in `headers`. The edge adds
 * Sforce-Limit-Info, compresses, and counts bytes.
 */
export interface Reply {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
  readonly stream?: AsyncIterable<string | Buffer>
  readonly headers?: Readonly<Record<string, string>>
}

/** A data resource. `path` is a find-my-way pattern below `/services/data/vNN.0`, e.g. `/jobs/ingest/:id`. */
export interface Route {
  readonly method: Method
  readonly path: string
  handle(call: Call): Promise<Reply> | Reply
}

/** A resource outside the data API: `path` is the whole pattern; no session, not metered, no Sforce-Limit-Info. */
export interface OpenRoute {
  readonly method: Method
  readonly path: string
  handle(call: OpenCall): Promise<Reply> | Reply
}
