import { ObjectId, type Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers } from '../../src/playground/story/awkward-records.js'
import { crmUser, mergeContacts } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

const TIE = AWKWARD.findIndex(({ id }) => id === 'tie')

let world: World
let id: string

const run = (...args: string[]) => world.user.run('review', ...args)
const show = async () =>
  JSON.parse((await run('show', id, '--json')).stdout) as { outcome: string; candidates: string[] }
const salesforceOf = async () => {
  const found = await world.db.collection('participants').findOne({ _id: new ObjectId(id) })
  return found?.salesforce as Document
}

describe('a parked person', () => {
  beforeAll(async () => {
    world = await aWorld()
    id = awkwardAnswers()[TIE]?.participantId ?? ''
    await world.user.run('backfill', '--all')
  })
  afterAll(() => world.close())

  test('is listed with the reason, and shown with the candidates side by side', async () => {
    const list = await run('list')
    expect(list).toMatchObject({ exitCode: 0 })
    expect(list.stdout).toContain(id)
    const shown = await run('show', id)
    const { candidates } = await show()
    expect(candidates).toHaveLength(2)
    for (const each of candidates) expect(shown.stdout).toContain(each)
    for (const line of shown.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('is asked about only on a terminal', async () => {
    expect(await run('resolve', id)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--record') as string,
    })
  })

  test.each([
    ['what is no id', ['--record', '5'], 2],
    ['a record that is not there', ['--record', '003000000000000AAA'], 4],
    ['two decisions at once', ['--nobody', '--forget'], 2],
    ['forgetting what nobody decided', ['--forget'], 4],
  ])('cannot be resolved by %s', async (_, flags, exitCode) => {
    expect(await run('resolve', id, ...flags)).toMatchObject({ exitCode })
  })

  test('is decided on, and the decision wins, survives a merge, and can be forgotten', async () => {
    const [chosen = '', other = ''] = (await show()).candidates
    expect(await run('resolve', id, '--record', chosen)).toMatchObject({ exitCode: 0 })
    expect((await run('list')).stdout).not.toContain(id)
    await world.user.run('backfill', '--all')
    expect(await salesforceOf()).toMatchObject({ contactId: chosen, syncStatus: 'synced' })
    await world.user.run('backfill', '--all', '--force')
    expect(await salesforceOf()).toMatchObject({ contactId: chosen })
    await mergeContacts(crmUser(world.user), other, chosen)
    await world.user.run('backfill', '--all')
    expect(await salesforceOf()).toMatchObject({ contactId: other })
    expect(await run('resolve', id, '--nobody')).toMatchObject({ exitCode: 0 })
    await world.user.run('backfill', '--all')
    expect(await salesforceOf()).toMatchObject({ syncStatus: 'not_found' })
    expect(await run('resolve', id, '--forget')).toMatchObject({ exitCode: 0 })
    expect(await show()).toMatchObject({ outcome: 'contact' })
  })

  test('that was looked up before is answered by the decision at once, not by what was cached', async () => {
    const person = await world.db.collection('participants').findOne({ _id: new ObjectId(id) })
    const lookup = async () => (await world.user.run('lookup', String(person?.['email']), '--json')).stdout
    await lookup()
    await run('resolve', id, '--nobody')
    expect(await lookup()).toContain('not_found')
    await run('resolve', id, '--forget')
    expect(await lookup()).not.toContain('not_found')
  })

  test('whose address is not usable can be decided on too; without the record they are parked again', async () => {
    const bad = await world.db.collection('participants').findOne({ 'salesforce.syncError': /not usable/u })
    const badId = String(bad?._id)
    const shown = await run('show', badId)
    expect(shown.stdout).toContain('the address is not usable')
    const chosen =
      [...world.org.store.scan('Lead')].find((row) => row['IsConverted'] === false && !row.IsDeleted)?.Id ?? ''
    expect(await run('resolve', badId, '--record', chosen)).toMatchObject({ exitCode: 0 })
    await world.user.run('backfill', '--all')
    const now = async () =>
      (await world.db.collection('participants').findOne({ _id: bad?._id }))?.['salesforce'] as Document
    expect(await now()).toMatchObject({ leadId: chosen, syncStatus: 'synced' })
    await crmUser(world.user).sobject('Lead').destroy(chosen)
    await world.user.run('backfill', '--all')
    expect(await now()).toMatchObject({
      syncStatus: 'error',
      syncError: expect.stringContaining('not usable') as string,
    })
  })
})
