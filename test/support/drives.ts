import { afterAll, beforeAll } from 'vitest'
import { workFleet } from '../../src/worker/fleet.js'
import { work, type WorkerEvent, type WorkerResult, type WorkerTools } from '../../src/worker/worker.js'
import { REDIS_SERVER, TestRedis } from './redis.js'

/** What drains the queue: MongoDB alone, or BullMQ on a Redis. */
export interface Drive {
  readonly name: string
  readonly redis: boolean
}

export interface DriveOptions {
  once?: boolean
  concurrency?: number
  callsPerMinute?: number
}

/** A drive that is set up while the tests of a `describe` run. */
export interface RunningDrive {
  readonly redis: TestRedis
  work(tools: WorkerTools, options?: DriveOptions, watch?: (event: WorkerEvent) => void): Promise<WorkerResult>
}

/** MongoDB alone always; BullMQ where MH_SF_TEST_REDIS_SERVER names the program, as in CI. */
export function drives(): Drive[] {
  const alone = { name: 'MongoDB alone', redis: false }
  return REDIS_SERVER === undefined ? [alone] : [alone, { name: 'BullMQ', redis: true }]
}

/** Starts what a drive needs before the tests of the surrounding `describe`; `name` is the queue's in Redis. */
export function useDrive(drive: Drive, name: string): RunningDrive {
  let redis: TestRedis | undefined
  beforeAll(async () => {
    if (drive.redis) redis = await TestRedis.start()
  })
  afterAll(() => redis?.stop())
  const started = () => {
    if (!redis) throw new Error('no Redis was started')
    return redis
  }
  return {
    get redis() {
      return started()
    },
    work: (tools, { once = true, concurrency = 1, callsPerMinute = 10_000 } = {}, watch = () => {}) => {
      if (!drive.redis) return work(tools, { once, concurrency, batchWindowMs: 0 }, watch)
      const settings = { url: started().url, name, concurrency: 5, callsPerMinute }
      return workFleet(tools, { once, concurrency, redis: settings }, watch)
    },
  }
}
