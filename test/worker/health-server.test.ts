import { describe, expect, test } from 'vitest'
import { listenAddress } from '../../src/worker/health-server.js'

describe('where a worker listens', () => {
  test.each([
    ['9464', '127.0.0.1', 9464],
    ['127.0.0.1:0', '127.0.0.1', 0],
    [':9464', '0.0.0.0', 9464],
    ['[::1]:9464', '::1', 9464],
    ['worker.internal:80', 'worker.internal', 80],
  ])('%s is %s, port %i', (typed, host, port) => {
    expect(listenAddress(typed)).toEqual({ host, port })
  })

  test.each(['nowhere', '1.2.3.4:99999', 'localhost:http', '::1', 'http://localhost:80', ''])(
    '%s is refused',
    (typed) => {
      expect(() => listenAddress(typed)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }))
    },
  )
})
