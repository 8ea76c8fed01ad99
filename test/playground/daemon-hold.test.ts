import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Hold, holderOf, takeHold } from '../../src/playground/hold.js'

const built = new URL('../../dist/playground/hold.js', import.meta.url).href
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hold-'))
})

afterEach(() => {
  rmSync(dir, { recursive: true })
})

/** A process that tries to hold the directory, says what came of it, and stays. */
async function holder() {
  const code = `
    const { takeHold } = await import(${JSON.stringify(built)})
    process.stdout.write(JSON.stringify(Object.keys(await takeHold(${JSON.stringify(dir)}))[0]))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, outcome: JSON.parse(said.toString()) as 'hold' | 'takenBy' }
}

async function take(): Promise<Hold> {
  const taken = await takeHold(dir)
  if ('takenBy' in taken) throw new Error(`taken by ${taken.takenBy}`)
  return taken.hold
}

test('only one holds a directory', async () => {
  await take()
  expect(await takeHold(dir)).toEqual({ takenBy: process.pid })
  expect(await holderOf(dir)).toMatchObject({ pid: process.pid })
})

test('what was let go can be taken again', async () => {
  const first = await take()
  first.release()
  expect(await holderOf(dir)).toBeUndefined()
  await take()
})

test('a hold ends with its process, even by kill -9', async () => {
  const { child, outcome } = await holder()
  expect(outcome).toBe('hold')
  expect(await takeHold(dir)).toEqual({ takenBy: child.pid })
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  await take()
})

test('of many who find the same dead holder, one follows it', async () => {
  writeFileSync(join(dir, 'hold.7'), JSON.stringify({ pid: 1_999_999, birth: 'long ago' }))
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => takeHold(dir)))
  expect(outcomes.filter((outcome) => 'hold' in outcome)).toHaveLength(1)
  expect(readdirSync(dir)).toEqual(['hold.8'])
})

test('of six processes at once, one holds', async () => {
  const all = await Promise.all([1, 2, 3, 4, 5, 6].map(holder))
  expect(all.filter(({ outcome }) => outcome === 'hold')).toHaveLength(1)
  for (const { child } of all) child.kill('SIGKILL')
})

test('a process with the id of the holder, but born later, is not the holder', async () => {
  writeFileSync(join(dir, 'hold.1'), JSON.stringify({ pid: process.pid, birth: 'another day' }))
  expect(await holderOf(dir)).toBeUndefined()
  await take()
})

test('a file that nobody finished writing holds nothing', async () => {
  writeFileSync(join(dir, 'hold.3'), '')
  await take()
})
