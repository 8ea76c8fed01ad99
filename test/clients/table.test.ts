import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const table = readFileSync('docs/clients.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!client|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

it('every client in docs/clients.md has a suite that is there', () => {
  expect(table.length).toBeGreaterThan(10)
  const suites = table.map((cells) => cells[4]?.replaceAll('`', '') ?? '')
  expect(suites.filter((suite) => !existsSync(suite))).toEqual([])
})

it('and the version that is tested', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const tested: Readonly<Record<string, string | undefined>> = {
    jsforce: dependencies['jsforce'],
    'Salesforce CLI': readFileSync('.ci/salesforce-cli', 'utf8').trim(),
    Mongoose: devDependencies['mongoose'],
    'MongoDB driver': dependencies['mongodb'],
  }
  for (const [, client = '', version] of table) expect([client, version]).toEqual([client, tested[client]])
})
