import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ESLint } from 'eslint'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { normaliseEmail } from '../../src/domain/email.js'
import { csv } from '../../src/render/csv.js'
import { printable } from '../../src/render/printable.js'
import { redact } from '../../src/render/redact.js'

const ROOT = join(import.meta.dirname, '../..')
const LENGTH = 40_000
/** What a pattern that goes back over what it has read stumbles over, and what does not fit at its end. */
const ATTACKS = [
  'a',
  '0',
  ' ',
  '\t',
  '\n',
  '.',
  '-',
  '_',
  '@',
  '"',
  '\\',
  '(',
  '<a',
  '=',
  '?',
  'a.',
  'a@',
  '%40',
  'a ',
  '!',
  'é',
  '花',
  '00D',
  ':',
  ', ',
]
  .flatMap((piece) => ['', 'x@', '"'].map((before) => (length: number) => before + piece.repeat(length / piece.length)))
  .map((text) => ({ whole: `${text(LENGTH)}\u0000`, half: `${text(LENGTH / 2)}\u0000` }))
/** One pass over such a text takes well under a millisecond; a pattern that is quadratic takes seconds. */
const MOST_MS = 250
/** How much longer the whole takes than half of it: twice as long by one pass, four times by a pattern that is quadratic. */
const MOST_TIMES = 3

interface Pattern {
  where: string
  pattern: RegExp
}

function patternsIn(file: string): Pattern[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const found: Pattern[] = []
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, body = '', flags = ''] = /^\/(.*)\/([a-z]*)$/su.exec(node.text) ?? []
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      found.push({ where: `${file}:${line + 1}`, pattern: new RegExp(body, flags) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/u.test(file))
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
const patterns = files.flatMap(patternsIn)

/** Processor time of this process: others on the machine make it no longer. */
function millisecondsOf(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** Attacks for which a reading takes too long, as lines; a machine that is slow by itself is no reason. */
function slowIn(name: string, read: (text: string) => unknown): string[] {
  return ATTACKS.flatMap(({ whole, half }) => {
    if (millisecondsOf(() => read(whole)) <= MOST_MS) return []
    const least = (text: string) => Math.min(...[1, 2, 3].map(() => millisecondsOf(() => read(text))))
    const milliseconds = least(whole)
    return milliseconds > MOST_MS && milliseconds > MOST_TIMES * least(half)
      ? [`${name} ${Math.round(milliseconds)} ms for ${whole.slice(0, 5)}…`]
      : []
  })
}

describe('our patterns', () => {
  test('take no long time for a long text, whatever it is', () => {
    expect(patterns.length).toBeGreaterThan(150)
    const slow = patterns.flatMap(({ where, pattern }) =>
      slowIn(`${where} ${pattern.source}`, (text) => text.replace(pattern, '')),
    )
    expect(slow).toEqual([])
  })

  test('are held to that by lint, which knows such a pattern when it sees one', async () => {
    const eslint = new ESLint({ cwd: ROOT })
    const options = (await eslint.calculateConfigForFile(join(ROOT, 'src/domain/email.ts'))) as {
      rules: Record<string, [severity: number]>
    }
    for (const rule of ['regexp/no-super-linear-backtracking', 'regexp/no-super-linear-move'])
      expect([rule, options.rules[rule]?.[0]]).toEqual([rule, 2])
  })

  test('that read what people typed do so in no time', () => {
    const readers: [string, (text: string) => unknown][] = [
      ['addresses', (text) => normaliseEmail(text)],
      ['secrets', redact],
      ['what is shown', printable],
      ['cells', (text) => csv(['a'], [[text]])],
    ]
    expect(readers.flatMap(([name, read]) => slowIn(name, read))).toEqual([])
  })
})
