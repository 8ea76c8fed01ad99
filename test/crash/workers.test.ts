import { expect, test } from 'vitest'
import { REDIS_SERVER } from '../support/redis.js'
import { crashOnce } from './workers.js'

const engines = REDIS_SERVER === undefined ? [{ redis: false }] : [{ redis: false }, { redis: true }]

test.each(engines)(
  'workers that are killed with people in hand lose nobody and write nobody twice, %o',
  async (engine) => {
    const { killedWith, twice, lost, left } = await crashOnce({ people: 300, ...engine })
    expect(killedWith).toBeGreaterThan(0)
    expect({ twice, lost, left }).toEqual({ twice: 0, lost: 0, left: 0 })
  },
)
