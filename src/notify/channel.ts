import type { MhError } from '../errors.js'

/** What is to be told, whatever the way. */
export interface Message {
  /** One line. */
  subject: string
  text: string
  /** For e-mail, beside the text. */
  html?: string
  /** For programs: what a generic webhook gets beside the text. */
  json?: object
}

export type ChannelName = 'slack' | 'webhook' | 'email'

/** One message on its way. */
export interface Outgoing extends Message {
  /** The same each time it is tried, so that the other side can tell a repetition. */
  id: string
  at: Date
}

/** A way to reach people that somebody has configured. */
export interface Channel {
  readonly name: ChannelName
  /** Where it leads, as it may be shown: the address of a webhook is a secret, its host is not. */
  readonly to: string
  /** What to look at when it does not work. */
  readonly settings: string
  /** Why its settings cannot be used: whatever is sent by it fails with that. */
  readonly wrong?: MhError
  /** Sends once and returns what the other side said. Throws `Undelivered`, or an MhError where the settings are wrong. */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<string>
}

/** One try that did not arrive; the message holds no secret. */
export class Undelivered extends Error {
  constructor(
    message: string,
    /** Whether the same may arrive a little later. */
    readonly passing: boolean,
    /** How long the other side asks to be left alone, in milliseconds. */
    readonly waitMs?: number,
  ) {
    super(message)
    this.name = 'Undelivered'
  }
}
