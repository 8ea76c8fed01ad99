import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { Undelivered, type Channel, type ChannelName, type Message } from './channel.js'

export interface DeliveryTools {
  clock: Clock
  /** Ends it early. */
  signal: AbortSignal
  /** How long one try may take, in milliseconds. @default 10_000 */
  patienceMs?: number
}

/** What became of a message on one channel: what the other side answered, or why it did not arrive. */
export interface Delivery {
  channel: ChannelName
  /** As it may be shown. */
  to: string
  answer?: string
  error?: MhError
}

const PATIENCE_MS = 10_000
/** Before the second try, and before the third and last, in milliseconds. */
const WAITS_MS = [1_000, 3_000]
/** Whoever wants to be left alone for longer is told by the next check. */
const LONGEST_WAIT_MS = 10_000

/**
 * Tells a message on every channel at once, each tried again a little where that may help. Never throws for a channel: an error of one
 * (NOTIFY_FAILED, CONFIG_INVALID) stands in its delivery. Throws the signal's reason.
 */
export async function deliver(
  channels: readonly Channel[],
  message: Message,
  tools: DeliveryTools,
): Promise<Delivery[]> {
  const id = randomUUID()
  return Promise.all(
    channels.map(async (channel) => {
      const { name, to } = channel
      try {
        return { channel: name, to, answer: await told(channel, { id, ...message }, tools) }
      } catch (error) {
        tools.signal.throwIfAborted()
        if (error instanceof MhError) return { channel: name, to, error }
        if (error instanceof Undelivered) return { channel: name, to, error: notifyFailed(channel, error) }
        throw error
      }
    }),
  )
}

async function told(
  channel: Channel,
  message: Message & { id: string },
  { clock, signal, patienceMs = PATIENCE_MS }: DeliveryTools,
): Promise<string> {
  for (let tried = 0; ; tried++) {
    const soon = AbortSignal.timeout(patienceMs)
    try {
      return await channel.send({ ...message, at: clock.now() }, AbortSignal.any([signal, soon]))
    } catch (error) {
      signal.throwIfAborted()
      const failure = soon.aborted
        ? new Undelivered(`${channel.to} did not answer within ${patienceMs / 1_000} s`, true)
        : error
      const wait = WAITS_MS[tried]
      if (!(failure instanceof Undelivered) || !failure.passing || wait === undefined) throw failure
      const asked = failure.waitMs ?? 0
      if (asked > LONGEST_WAIT_MS) throw failure
      await clock.sleep(Math.max(wait, asked), signal)
    }
  }
}

function notifyFailed({ name, settings }: Channel, { message }: Undelivered): MhError {
  return new MhError(
    'NOTIFY_FAILED',
    `The message by ${name} did not arrive: ${message}.`,
    `Check ${settings}, then: mh-sf alerts test`,
  )
}
