import type { App } from '../app/app.js'
import type { QueueEntry, QueueStats } from '../domain/queue.js'
import { normaliseEmail } from '../domain/email.js'
import { MhError } from '../errors.js'
import { Participants } from '../mongo/participants.js'
import { Queue } from '../mongo/queue.js'
import type { QueueFilter } from '../mongo/queue-document.js'

/** Which people of the queue are meant. */
export interface QueueFlags {
  dead: boolean
  cause?: string
  /** A participant's id, or an address. */
  person?: string
}

/** Where the queue stands. */
export async function queueStats(app: App): Promise<QueueStats> {
  return (await openQueue(app)).stats()
}

/** Entries in the order in which they would be served, and how many there are. */
export async function listQueue(
  app: App,
  { limit, ...flags }: QueueFlags & { limit: number },
): Promise<{ entries: QueueEntry[]; total: number }> {
  const queue = await openQueue(app)
  const filter = await filterOf(app, flags)
  const [entries, total] = await Promise.all([queue.list(filter, limit), queue.count(filter)])
  return { entries, total }
}

/** Tries those again who failed, as if nothing had; returns how many, or in a dry run how many there are. */
export async function retryQueue(app: App, flags: QueueFlags & { 'dry-run': boolean }): Promise<number> {
  const queue = await openQueue(app)
  const filter = await filterOf(app, flags)
  return flags['dry-run'] ? queue.countFailed(filter) : queue.retry(filter)
}

/** Who was taken out of the queue, or would be, and who stays because a worker has them in hand. */
export interface Dropped {
  people: number
  claimed: number
}

/** Takes people out whom no worker has. Throws USAGE when nobody in particular is meant. */
export async function dropQueue(app: App, flags: QueueFlags & { all: boolean; 'dry-run': boolean }): Promise<Dropped> {
  const { all, dead, cause, person } = flags
  if (!all && !dead && cause === undefined && person === undefined)
    throw new MhError(
      'USAGE',
      'Nobody in particular is to be dropped.',
      'Say whom: --dead, --cause CODE, --person ID, or --all.',
    )
  const queue = await openQueue(app)
  const filter = await filterOf(app, flags)
  const people = await (flags['dry-run'] ? queue.countIdle(filter) : queue.drop(filter))
  return { people, claimed: await queue.countClaimed(filter) }
}

async function openQueue(app: App): Promise<Queue> {
  app.require('mongo')
  return new Queue(await app.database())
}

async function filterOf(app: App, { dead, cause, person }: QueueFlags): Promise<QueueFilter> {
  return {
    ...(dead ? { state: 'dead' as const } : {}),
    ...(cause === undefined ? {} : { reasons: [cause] }),
    ...(person === undefined ? {} : { participantIds: [await participantOf(app, person)] }),
  }
}

/** The participant of an id, or of an address. */
async function participantOf(app: App, typed: string): Promise<string> {
  if (/^[\da-f]{24}$/iu.test(typed)) return typed.toLowerCase()
  const address = normaliseEmail(typed)
  if (!address.ok) throw new MhError('USAGE', '--person is neither an id of 24 digits nor an address.')
  const [found] = await new Participants(await app.database()).byEmail([address.email])
  if (found) return found.id
  throw new MhError(
    'NOT_FOUND',
    'No participant has this address.',
    'mh-sf queue list --json has the ids of those in the queue.',
  )
}
