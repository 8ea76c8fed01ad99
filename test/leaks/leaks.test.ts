import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asJson, COMMANDS, isWholeTable } from './commands.js'
import { findIn, MARKED } from './marks.js'
import { Scene, TROUBLES } from './sweep.js'

/** Pairs that are tried here; `npm run leaks` tries all. */
const TRIES = 4
const SEED = 8

describe('marked people and secrets', () => {
  test('are found where they are', () => {
    expect(findIn(`Ana, ${MARKED.email}`, ['people'])).toHaveLength(1)
    expect(findIn(MARKED.lastName, ['people', 'commands of a terminal'])).toHaveLength(2)
    expect(findIn('token 00D5e0000000001!AQ.zqsecret1', ['secrets'])).toHaveLength(1)
    expect(findIn('z…@zqmarked.example is parked', ['people', 'secrets', 'commands of a terminal'])).toEqual([])
  })

  test('are looked for in every command that there is', () => {
    const manifest = readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8')
    expect(isWholeTable(Object.keys((JSON.parse(manifest) as { commands: object }).commands))).toBe(true)
  })

  test('stand nowhere that they should not, in a sample of all commands and troubles', async () => {
    const pair = fc.tuple(fc.constantFrom(...COMMANDS), fc.constantFrom(...TROUBLES), fc.boolean())
    await using scene = await Scene.open()
    expect(await scene.whereMarked()).toEqual(expect.arrayContaining(['participants', 'users']))
    const found: string[] = []
    for (const [tried, trouble, json] of fc.sample(pair, { seed: SEED, numRuns: TRIES }))
      found.push(...(await scene.try(json ? asJson(tried) : tried, trouble)))
    expect(found).toEqual([])
    expect(Math.min(scene.read.stderr, scene.read.files, scene.read.collections)).toBeGreaterThan(0)
  })
})
