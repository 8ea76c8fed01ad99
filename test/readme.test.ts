import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { exitCodes } from '../src/errors.js'
import { aUser } from './support/cli.js'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { summary?: string; description?: string; examples?: (string | { command: string })[] }>
}

/** Time passes as it likes, and each run has its own id; everything else in a transcript must be true. */
const timeless = (text: string) =>
  text.replace(/\d+\.\d s$/gmu, 'some time').replace(/\d{8}T\d{6}Z-[0-9a-f]{6}/gu, 'some run')
/** What the README shows for a command, up to the next one. */
function shown(command: string): string {
  const block = readme.split('```console\n').find((each) => each.startsWith(`$ npx ${command}\n`)) ?? ''
  return block.slice(block.indexOf('\n') + 1, block.indexOf('\n```'))
}

describe('the README', () => {
  const user = aUser()
  afterAll(async () => {
    await user.run('playground', 'stop')
    user.forget()
  })

  test('shows what the main job really prints', async () => {
    const { stdout, stderr } = await user.run('backfill', '--event', 'spring-2026', '--playground')
    expect(timeless(`${stderr}\n${stdout}`)).toBe(timeless(shown('mh-sf backfill --event spring-2026 --playground')))
  })

  test('shows what the everyday command really prints', async () => {
    const { stdout, stderr } = await user.run('campaign', 'sync', '--playground')
    expect(timeless(`${stderr}\n${stdout}`)).toBe(timeless(shown('mh-sf campaign sync --playground')))
  })

  test('shows what an undo really prints', async () => {
    const { stdout, stderr } = await user.run('runs', 'undo', '--last', '--dry-run', '--playground')
    expect(timeless(`${stderr}\n${stdout}`)).toBe(timeless(shown('mh-sf runs undo --last --dry-run --playground')))
  })

  test('shows what a lookup really prints', async () => {
    const { stdout } = await user.run('lookup', 'priya.ramanathan@example.com', '--playground', '--quiet')
    expect(stdout).toContain(shown('mh-sf lookup priya.ramanathan@example.com --playground'))
  })

  test.each(Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' ')))('has "%s"', (command) => {
    const words = command.split(' ')
    expect(readme).toMatch(new RegExp(`mh-sf ${words.join('[^|]*')}`, 'u'))
  })

  test('lists every exit code there is', () => {
    for (const code of new Set(Object.values(exitCodes)))
      expect(readme).toMatch(new RegExp(`^\\|.*\\b${code}\\b.*\\|`, 'mu'))
  })

  test('begins with the two commands', () => {
    const [first, second] = readme
      .split('```sh\n')
      .slice(1, 3)
      .map((block) => block.split('\n')[0])
    expect([first, second]).toEqual(['npm ci && npx mh-sf backfill --event spring-2026 --playground', 'npm cit'])
  })
})

describe('the help', () => {
  test.each(Object.entries(manifest.commands))('of %s has no line that a screen of 80 columns breaks', (_, command) => {
    const indented = (command.description ?? '').split('\n').filter((line) => line.length > 78)
    expect(indented).toEqual([])
    expect((command.summary ?? '').length).toBeLessThanOrEqual(80)
  })

  test.each(Object.entries(manifest.commands))(
    'of %s has examples to be copied: it breaks long ones itself',
    (_, command) => {
      const commands = (command.examples ?? []).map((each) => (typeof each === 'string' ? each : each.command))
      expect(commands.filter((each) => each.includes('\n'))).toEqual([])
    },
  )

  test('says of each topic what it is about, and not what one of its commands is', () => {
    const { oclif } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      oclif: { topics: Record<string, object> }
    }
    const topics = Object.keys(manifest.commands).flatMap((id) => (id.includes(':') ? (id.split(':')[0] ?? []) : []))
    expect(Object.keys(oclif.topics)).toEqual(expect.arrayContaining([...new Set(topics)]))
  })
})
