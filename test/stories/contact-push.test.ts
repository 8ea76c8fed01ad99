import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { date, decimal, multipicklist, text } from '../../src/playground/org/fields.js'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

interface Report {
  contacts: {
    contacts: number
    updated: number
    unchanged: number
    missing: string[]
    conflicts: Record<string, number>
    fitted: Record<string, number>
    failed: object
    plan: Document
  }
}

let world: World

const push = async (...args: string[]) => {
  const { stdout, stderr, exitCode } = await world.user.run(
    'contact',
    'push',
    '--event',
    'spring-2026',
    ...args,
    '--json',
  )
  expect({ exitCode, told: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, told: '' })
  return (JSON.parse(stdout) as Report).contacts
}
const contacts = () => [...world.org.store.scan('Contact')].filter((row) => !row.IsDeleted)
const snapshot = () => new Map(contacts().map((row) => [row.Id, JSON.stringify(row)]))

describe('contact push', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 150 })
  })
  afterAll(() => world.close())

  test('without the fields in the org it says which, and writes what there is', async () => {
    const before = contacts().filter((row) => row['LeadSource'] === null).length
    const report = await push()
    expect(report.missing).toEqual([
      'Last_Hackathon__c',
      'Last_Hackathon_Date__c',
      'Hackathons_Attended__c',
      'Hackathon_Skills__c',
      'Hackathon_Projects__c',
    ])
    expect(contacts().filter((row) => row['LeadSource'] === null)).toHaveLength(before - report.updated)
  })

  test('with them, each contact carries what the person did, and a second run writes nothing', async () => {
    world.org.define('Contact', [
      text('Last_Hackathon__c', 'Last Hackathon', 80),
      date('Last_Hackathon_Date__c', 'Last Hackathon Date'),
      decimal('Hackathons_Attended__c', 'Hackathons Attended', [18, 0]),
      multipicklist('Hackathon_Skills__c', 'Skills', ['MongoDB', 'Python', 'React', 'Node.js']),
      text('Hackathon_Projects__c', 'Projects', 255),
    ])
    const dry = await push('--dry-run')
    const before = snapshot()
    const report = await push()
    expect([report.updated, report.missing]).toEqual([dry.updated, []])
    expect(report.updated).toBeGreaterThan(20)
    const people = await world.db
      .collection('participants')
      .find({ 'salesforce.contactId': { $exists: true } })
      .toArray()
    const spring = await world.db.collection('events').findOne({ 'landingPage.slug': 'mongodb-spring-2026' })
    const person = people.find(({ registeredEvents }) => {
      const [only, ...more] = registeredEvents as Document[]
      return more.length === 0 && String(only?.eventId) === String(spring?._id) && only?.status === 'attended'
    })
    const [row] = contacts().filter(({ Id }) => Id === (person?.salesforce as Document).contactId)
    expect(row).toMatchObject({
      Last_Hackathon__c: 'MongoDB Spring Hackathon 2026',
      Last_Hackathon_Date__c: '2026-03-20',
      Hackathons_Attended__c: 1,
    })
    expect(contacts().filter((each) => JSON.stringify(each) !== before.get(each.Id))).toHaveLength(report.updated)
    const after = snapshot()
    expect(await push()).toMatchObject({ updated: 0 })
    expect(snapshot()).toEqual(after)
  })

  test('what somebody edited since is left and told; an untouched value follows the platform', async () => {
    const [edited, other] = contacts().filter((row) => row['Hackathons_Attended__c'] === 1)
    if (edited) world.org.store.change(edited, { Last_Hackathon__c: 'As I remember it' })
    const id = other?.Id
    await world.db
      .collection('participants')
      .updateMany({ 'salesforce.contactId': id }, { $set: { 'registeredEvents.$[].status': 'no_show' } })
    const report = await push()
    expect(report.conflicts).toEqual({ Last_Hackathon__c: 1 })
    expect(edited?.['Last_Hackathon__c']).toBe('As I remember it')
    expect(other?.['Hackathons_Attended__c']).toBe(0)
  })

  test('rows that somebody else holds are sent again', async () => {
    await world.db.collection('participants').updateMany({}, { $set: { 'registeredEvents.$[].status': 'attended' } })
    world.org.arm({
      method: 'PATCH',
      path: '/services/data/*/composite/sobjects',
      effect: { kind: 'lock', share: 0.5 },
    })
    const report = await push()
    expect(report.updated).toBeGreaterThan(0)
    expect(await push()).toMatchObject({ updated: 0 })
  })

  test('by a Bulk job the same is written, and it is said beforehand', async () => {
    await world.db.collection('participants').updateMany({}, { $set: { 'registeredEvents.$[].status': 'no_show' } })
    const dry = await push('--via', 'bulk', '--dry-run')
    expect(dry.plan).toMatchObject({ way: 'bulk', rows: dry.updated, calls: 7 })
    const report = await push('--via', 'bulk')
    expect(report.updated).toBe(dry.updated)
    expect(contacts().filter((row) => row['Hackathons_Attended__c'] === 1)).toEqual([])
    expect(await push()).toMatchObject({ updated: 0 })
  })

  test('by a job that outlived its run is ours: it is not taken for what somebody edited', async () => {
    const become = (status: string) =>
      world.db.collection('participants').updateMany({}, { $set: { 'registeredEvents.$[].status': status } })
    await become('attended')
    const dry = await world.user.run('contact', 'push', '--event', 'spring-2026', '--dry-run', '--json')
    const { calls } = JSON.parse(dry.stdout) as { calls: number }
    world.org.settings.bulkQueueMs = 3_600_000
    const path = '/services/data/*/jobs/ingest/750*'
    world.org.arm({ method: 'GET', path, times: 4, effect: { kind: 'edge', status: 429, retryAfter: 0 } })
    const most = ['--max-api-calls', String(calls + 7)]
    const { stdout, exitCode } = await world.user.run(
      ...['contact', 'push', '--event', 'spring-2026', '--via', 'bulk', '--json', ...most],
    )
    const [, jobId = ''] = /Bulk job (750\w{15}) is still running/u.exec(stdout) ?? []
    world.org.settings.bulkQueueMs = 0
    const job = await crmUser(world.user).request(`/jobs/ingest/${jobId}`)
    expect([exitCode, job]).toMatchObject([8, { state: 'JobComplete', numberRecordsFailed: 0 }])
    await become('no_show')
    const { conflicts, updated } = await push()
    // One value was somebody's before, and is left still.
    expect(Object.values(conflicts).reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(1)
    expect(updated).toBeGreaterThan(20)
  })

  test('cuts with a mark what is too long, leaves out what the picklist lacks, and tells of both', async () => {
    const { store } = world.org
    store.redefine('Contact', text('Last_Hackathon__c', 'Last Hackathon', 20))
    const values = { restrictedPicklist: true }
    store.redefine('Contact', multipicklist('Hackathon_Skills__c', 'Skills', ['MongoDB'], values))
    await world.db
      .collection('participants')
      .updateMany({}, { $set: { 'registeredEvents.$[].status': 'attended', skills: ['MongoDB', 'Juggling'] } })
    const { fitted, failed } = await push()
    const changed = contacts().filter((row) => row['Hackathon_Skills__c'] === 'MongoDB')
    expect(failed).toEqual({})
    expect(changed.length).toBeGreaterThan(20)
    expect(fitted['Hackathon_Skills__c']).toBe(changed.length)
    expect(changed.filter((row) => row['Last_Hackathon__c'] === 'MongoDB Spring Hack…').length).toBeGreaterThan(20)
    expect(fitted['Last_Hackathon__c']).toBeGreaterThan(20)
    expect(await push()).toMatchObject({ updated: 0 })
  })

  test('a field that may be read and not written is told once and left; an edit is overwritten where that is the policy', async () => {
    const [edited] = contacts().filter((row) => row['Last_Hackathon__c'] === 'MongoDB Spring Hack…')
    if (edited) world.org.store.change(edited, { Last_Hackathon__c: 'By hand', Hackathons_Attended__c: 7 })
    world.org.settings.readOnlyFields = ['Contact.Hackathons_Attended__c']
    const path = join(world.user.home, 'mh-sf.config.json')
    writeFileSync(path, JSON.stringify({ writeBack: { onConflict: 'overwrite' } }))
    expect((await push()).missing).toEqual(['Hackathons_Attended__c'])
    expect(edited).toMatchObject({ Last_Hackathon__c: 'MongoDB Spring Hack…', Hackathons_Attended__c: 7 })
  })
})
