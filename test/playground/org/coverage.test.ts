import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const table = readFileSync('docs/playground-coverage.md', 'utf8')

/** `rest.md §4` for each row. */
function rows(): string[] {
  const sections: string[] = []
  let file = ''
  for (const line of table.split('\n')) {
    file = /^## (\w+\.md)$/.exec(line)?.[1] ?? file
    const section = /^\| (§\d+) \|/.exec(line)?.[1]
    if (section !== undefined) sections.push(`${file} ${section}`)
  }
  return sections
}

/** The sections that the org's sources cite, several of a file as in `soql.md §4, §6`. */
function cited(): string[] {
  const org = 'src/playground/org'
  const paths = readdirSync(org, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  const sources = paths.map((path) => readFileSync(`${org}/${path}`, 'utf8'))
  return sources.flatMap((source) =>
    [...source.matchAll(/(\w+\.md)((?:,? §\d+(?:\.\d+)?)+)/g)].flatMap(([, file = '', sections = '']) =>
      [...sections.matchAll(/§\d+/g)].map(([section]) => `${file} ${section}`),
    ),
  )
}

describe('the table of what the org does', () => {
  it('has a row for each section of the reference that the org cites', () => {
    expect([...new Set(cited())].filter((section) => !rows().includes(section))).toEqual([])
    expect(cited().length).toBeGreaterThan(200)
  })

  it('names suites that are there', () => {
    const suites = [...table.matchAll(/`((?:org|playground|clients)\/[\w/-]+\.test\.ts)`/g)].map(([, suite = '']) =>
      suite.startsWith('org/') ? `test/playground/${suite}` : `test/${suite}`,
    )
    expect(suites.filter((suite) => !existsSync(suite))).toEqual([])
    expect(suites.length).toBeGreaterThan(80)
  })
})
