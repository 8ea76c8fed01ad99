import type { Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines, useDatabase } from '../support/engines.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

/** People in the story; the README's figures are of 5,000. */
const PARTICIPANTS = Number(process.env.MH_SF_TEST_PARTICIPANTS ?? 400)

describe('a backfill', () => {
  let world: World
  let untouched: Record<string, Document[]>
  let reference: Map<string, Document>

  beforeAll(async () => {
    world = await aWorld({ participants: PARTICIPANTS })
    untouched = {
      participants: await world.db.collection('participants').find().toArray(),
      events: await world.db.collection('events').find().toArray(),
    }
    await world.user.run('backfill', '--all')
    reference = await participantsOf(world.db)
  })
  afterAll(() => world.close())

  describe.each(engines())('on $name', (engine) => {
    const platform = useDatabase(engine, 'backfill')

    test('ends in the same documents, field by field, and a second one changes nothing', async () => {
      for (const [name, documents] of Object.entries(untouched))
        await platform.db.collection(name).insertMany(documents)
      const uri = new URL(platform.uri)
      uri.pathname = `/${platform.name}`
      const user = world.another({ MONGODB_URI: uri.href })
      expect(await user.run('backfill', '--all', '--quiet')).toMatchObject({ exitCode: 0, stderr: '' })
      const after = await participantsOf(platform.db)
      expect(after.size).toBe(reference.size)
      for (const [id, document] of after) expect(document).toEqual(reference.get(id))
      const second = await user.run('backfill', '--all', '--json', '--quiet')
      expect(JSON.parse(second.stdout)).toMatchObject({ updated: 0 })
    })
  })
})
