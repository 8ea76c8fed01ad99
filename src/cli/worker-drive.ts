import type { App } from '../app/app.js'
import { queueUrlOf } from '../app/settings.js'
import { MhError } from '../errors.js'
import { work } from '../worker/worker.js'

/** Drains the queue, as `work` does. */
export type Drive = typeof work

/** MongoDB alone drives the workers, or BullMQ where a Redis is named. Throws CONFIG_INVALID when that is not installed. */
export async function driveOf(app: App, databaseName: string): Promise<Drive> {
  const url = queueUrlOf(app.settings)
  if (url === undefined) return work
  const { workFleet } = await import('../worker/fleet.js').catch(notInstalled)
  const { quota, worker } = app.settings.policy
  const { concurrency } = quota
  const redis = { url, name: databaseName.replaceAll(':', '-'), concurrency, callsPerMinute: worker.callsPerMinute }
  return (tools, options, watch) => workFleet(tools, { ...options, redis }, watch)
}

/** Whether the Redis of the settings answers; undefined where none is named. Throws what `driveOf` and the ping throw. */
export async function askRedis(app: App, patienceMs: number): Promise<boolean | undefined> {
  const url = queueUrlOf(app.settings)
  if (url === undefined) return undefined
  const { pingRedis } = await import('../worker/bullmq.js').catch(notInstalled)
  await pingRedis(url, patienceMs)
  return true
}

function notInstalled(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && /MODULE_NOT_FOUND$/u.test(String(error.code)))) throw error
  throw new MhError(
    'CONFIG_INVALID',
    'QUEUE_URL names a Redis, and the packages that it takes are not installed.',
    'Install them beside mh-sf: npm install bullmq@6.7.0 ioredis@6.0.0. Or unset QUEUE_URL: the workers do without.',
    { cause: error },
  )
}
