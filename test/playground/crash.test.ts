import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** More kills than CI has time for: npm run crash:playground -- --kills 200. */
const script = fileURLToPath(new URL('../../bench/crash-playground.js', import.meta.url))

test('what a playground with --data acknowledged on both sides is there after a kill -9 amid writes, Bulk jobs too', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--kills', '1', '--seed', '7'])
  expect(stdout).toMatch(
    /^1 kills: [1-9]\d* pairs in the org and [1-9]\d* in the database were acknowledged; none is lost/,
  )
  expect(stdout).toContain('each went on, every row is there once')
})
