import type { MovableClock } from '../movable-clock.js'
import type { OrgCore } from '../org/core.js'
import type { Faults } from '../org/faults.js'
import type { RequestLog } from '../org/request-log.js'
import type { JsonObject } from '../org/json-body.js'

/** A request to the control surface. */
export interface ControlCall {
  readonly params: Readonly<Record<string, string>>
  /** Without parameters, in lower case. */
  readonly type: string
  /** The body, which must be a JSON object. */
  json(): Promise<JsonObject>
  /** The body line by line, as it comes. */
  lines(): AsyncIterable<string>
}

/** Either one JSON document, or lines of NDJSON. */
export type ControlReply = { readonly json: unknown } | { readonly lines: Iterable<string> }

/** One thing that can be asked or changed; changes are POST. `path` is below `/playground`. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What it does, in the list that `GET /playground` gives. */
  readonly means: string
  handle(call: ControlCall): Promise<ControlReply> | ControlReply
}

/** The database beside the org, as far as it can be controlled. */
export interface ControlledMongo {
  /** How often each command came, by its name. */
  readonly commands: Readonly<Record<string, number>>
  /** The fail point as `configureFailPoint` would arm it, with what is left of it; null when it is off. */
  failPoint(): object | null
  /** Arms or disarms it. Throws an Error in MongoDB's words for what it does not take. */
  arm(failPoint: JsonObject): void
  /** Drops everything, and forgets the counts and the fail point. */
  clear(): Promise<void>
}

/** What only somebody around the org can do. */
export interface ControlOptions {
  readonly mongo?: ControlledMongo
  /** Tells the story into both, which are empty. */
  readonly retell?: () => Promise<void>
}

/** What is controlled. */
export interface Controlled extends ControlOptions {
  readonly core: OrgCore
  readonly faults: Faults
  readonly requests: RequestLog
  readonly clock: MovableClock
  /** Empties the org and puts everything about it back to its start. */
  readonly clearOrg: () => void
  /** Has what is there now survive a restart, if the playground is one that does. */
  readonly keep: () => Promise<void>
}
