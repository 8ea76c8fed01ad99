import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
const attacks = page.slice(0, page.indexOf('## What is written down'))
const rows = attacks.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:attack|---) /u.test(line))

/** Tests as the page names them: `file` “name”. */
const named = (row: string) =>
  Array.from(row.matchAll(/`([\w/-]+)` “([^”]+)”/gu), ([, file = '', name = '']) => ({ file, name }))

describe('each attack that docs/security.md tells of', () => {
  test('has a test, which is there under that name', () => {
    expect(rows.length).toBeGreaterThan(30)
    for (const row of rows) expect([row, named(row).length > 0]).toEqual([row, true])
    const missing = rows.flatMap(named).filter(({ file, name }) => {
      const path = join(ROOT, `test/${file}.test.ts`)
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(name)
    })
    expect(missing).toEqual([])
  })
})
