import type { Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aWorld, type World } from '../support/world.js'

interface Answers {
  answers: {
    email: string
    outcome: string
    id: string | null
    link: string | null
    tier: string | null
    because: string[]
    candidates: string[]
  }[]
  cached: number
  calls: number
  saved?: object
}

describe('lookup', () => {
  let world: World

  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  const answer = async (...args: string[]): Promise<Answers> => {
    const { stdout } = await world.user.run('lookup', ...args, '--json')
    return JSON.parse(stdout) as Answers
  }

  test('tells who somebody is, why, and where the record is', async () => {
    const { stdout, exitCode } = await world.user.run('lookup', 'priya.ramanathan@example.com')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^priya\.ramanathan@example\.com {2}is contact 003/u)
    expect(stdout).toMatch(/Because +2 contacts have this address/u)
    expect(stdout).toContain('belongs to an account')
    expect(stdout).toMatch(/Not +Contact 003\w+: has no account/u)
    expect(stdout).toContain(`Link        ${world.org.url}/003`)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('an answer is believed for a while, "nobody" too: no call is made; --refresh asks again', async () => {
    await answer('elena.vasquez@example.com', 'nobody.at.all@example.com')
    expect(await answer('elena.vasquez@example.com', 'nobody.at.all@example.com')).toMatchObject({
      cached: 2,
      calls: 0,
    })
    expect(await answer('elena.vasquez@example.com', '--refresh')).toMatchObject({ cached: 0, calls: 1 })
  })

  test('cached answers are forgotten by the database after a quarter of an hour', async () => {
    const entry = await world.db.collection('salesforce_lookup_cache').findOne()
    const { expiresAt, answer: kept } = entry as unknown as { expiresAt: Date; answer: { askedAt: Date } }
    expect(expiresAt.getTime() - kept.askedAt.getTime()).toBe(15 * 60_000)
    const indexes = await world.db.collection('salesforce_lookup_cache').indexes()
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }))
  })

  test('nobody found is exit code 4; a tie is told with its candidates', async () => {
    const nobody = await world.user.run('lookup', 'nobody.at.all@example.com')
    expect(nobody).toMatchObject({ exitCode: 4 })
    expect(nobody.stdout).toContain('is not in Salesforce')
    const tie = await answer('dana.twin@example.org')
    expect(tie.answers[0]).toMatchObject({ outcome: 'parked', id: null })
    expect(tie.answers[0]?.candidates).toHaveLength(2)
  })

  test('hundreds of addresses from stdin cost a handful of calls', async () => {
    const documents = await world.db
      .collection('participants')
      .find({ email: { $type: 'string' } })
      .toArray()
    const addresses = [
      ...documents.map(({ email }) => String(email)),
      ...Array.from({ length: 400 }, (_, i) => `person${i}@example.net`),
    ]
    const { stdout, stderr } = await world.user.pipe(addresses.join('\n'), 'lookup', '-', '--json', '--refresh')
    const { answers, calls } = JSON.parse(stdout) as Answers
    expect(answers.length).toBeGreaterThan(480)
    expect(calls).toBeLessThanOrEqual(5)
    expect(stderr).toContain('is not an address')
  })

  test('--save writes the enrichment to the participant, once', async () => {
    const first = await answer('ana.souza@example.com', '--save')
    expect(first.saved).toMatchObject({ written: 1, unchanged: 0 })
    const participant = await world.db.collection('participants').findOne({ email: 'ana.souza@example.com' })
    expect((participant?.salesforce as Document).contactId).toBe(first.answers[0]?.id)
    expect((await answer('ana.souza@example.com', '--save')).saved).toMatchObject({ written: 0, unchanged: 1 })
    const runs = JSON.parse((await world.user.run('runs', 'list', '--json')).stdout) as { runs: object[] }
    const typed = ['a…@example.com', '--save', '--json']
    expect(runs.runs[1]).toMatchObject({ command: 'lookup', arguments: typed, state: 'done', scopes: [] })
  })

  test('without the database it still answers, and says what is missing', async () => {
    const user = world.another({ MONGODB_URI: 'mongodb://127.0.0.1:1/hackathon-platform' })
    const { stdout, stderr, exitCode } = await user.run('lookup', 'elena.vasquez@example.com')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('is contact 003')
    expect(stderr).toContain('Without cache and stored links: MongoDB at 127.0.0.1:1 could not be reached.')
  })

  test('an org that stalls is given up after 3 seconds, clearly', async () => {
    await answer('elena.vasquez@example.com')
    world.org.arm({ path: '*', effect: { kind: 'stall' } })
    const started = performance.now()
    const { stderr, exitCode } = await world.user.run('lookup', 'elena.vasquez@example.com', '--refresh')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('[SF_TIMEOUT]')
    // With the start of a process, on a machine that does other things too; a run would wait for ten minutes.
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  test('an account with the domain of an unknown address is a hint, free mail is not', async () => {
    const { stdout } = await world.user.run('lookup', 'new.person@harbourlight.example')
    expect(stdout).toMatch(/Perhaps +Harbourlight/u)
  })

  test('an org that is down is told as that, within the time, and not as a bug', async () => {
    world.org.arm({ path: '*', times: 20, effect: { kind: 'maintenance' } })
    const { stderr, exitCode } = await world.user.run('lookup', 'elena.vasquez@example.com', '--refresh')
    world.org.disarm()
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/\[SF_UNAVAILABLE\]|\[SF_TIMEOUT\]/u)
  })

  test('what is saved is never from the cache', async () => {
    const email = 'info@quillmark.example'
    world.org.load('Contact', [{ LastName: 'Empfang', FirstName: 'Walter', Email: email }])
    expect((await answer(email)).answers[0]).toMatchObject({ outcome: 'contact' })
    await world.db
      .collection('participants')
      .insertOne({ name: 'Sibylle Brandt', email, registeredEvents: [], deletedAt: null })
    expect((await answer(email, '--save')).answers[0]).toMatchObject({ outcome: 'parked' })
  })

  test('campaigns are shown for somebody who was reached by a link, too', async () => {
    const found = await answer('priya.ramanathan@example.com', '--refresh')
    const linked = { contactId: found.answers[0]?.id, syncStatus: 'synced' }
    await world.db.collection('participants').insertOne({
      name: 'Priya',
      email: 'priya.new@example.net',
      registeredEvents: [],
      deletedAt: null,
      salesforce: linked,
    })
    const { stdout } = await world.user.run('lookup', 'priya.new@example.net')
    expect(stdout).toContain('by an earlier run')
    expect(stdout).toMatch(/Campaigns +DevRel 2025 Roadshow/u)
  })

  test('an address that is none is in the report and in the exit code, the others are answered', async () => {
    const { stdout, exitCode } = await world.user.run(
      'lookup',
      'elena.vasquez@example.com',
      'nonsense',
      '--json',
      '--quiet',
    )
    expect(exitCode).toBe(3)
    const { answers, refused } = JSON.parse(stdout) as Answers & { refused: string[] }
    expect(answers).toHaveLength(1)
    expect(refused[0]).toContain('is not an address')
  })

  test('a cache that cannot be used costs nothing but the cache', async () => {
    await world.db.collection('salesforce_lookup_cache').drop()
    await world.db
      .collection('salesforce_lookup_cache')
      .createIndexes([{ key: { expiresAt: 1 }, expireAfterSeconds: 999 }])
    const { stderr, exitCode } = await world.user.run('lookup', 'elena.vasquez@example.com')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('Without cache:')
  })
})
