import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../../src/playground/org/fields.js'
import { RunningOrg } from './running-org.js'

const HOUR = 60 * 60 * 1000

let running: RunningOrg
let account: string
let contact: string

beforeAll(async () => {
  running = await RunningOrg.start({ sessionSeconds: (365 * 24 * HOUR) / 1000 })
  account = `/sobjects/Account/${await running.create('Account', { Name: 'Acme' })}`
  contact = `/sobjects/Contact/${await running.create('Contact', { LastName: 'Anna' })}`
})

afterAll(() => running.org.close())

const get = (path: string, headers: Record<string, string>) => running.call('GET', path, undefined, headers)
const patch = (path: string, body: object, headers: Record<string, string>) =>
  running.call('PATCH', path, body, headers)
const httpDate = (ms: number) => new Date(ms).toUTCString()

describe('an ETag', () => {
  it('is given to accounts alone and changes with their content', async () => {
    const tag = async (path: string) => (await running.call('GET', path)).headers.get('etag')
    const first = await tag(account)
    expect(first).toMatch(/^"[A-Za-z0-9+/=]+"$/)
    expect(await tag(account)).toBe(first)
    expect(await tag(contact)).toBeNull()
    await running.call('PATCH', account, { Phone: '1' })
    expect(await tag(account)).not.toBe(first)
  })

  it('spares a reader who has it what he knows', async () => {
    const tag = (await running.call('GET', account)).headers.get('etag') ?? ''
    expect(await get(account, { 'If-None-Match': `"other", ${tag}` })).toMatchObject({ status: 304, text: '' })
    expect((await get(account, { 'If-None-Match': tag.replace(/"$/, '-gzip"') })).status).toBe(304)
    expect((await get(account, { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  it('keeps a writer from overwriting what he has not seen', async () => {
    const tag = (await running.call('GET', account)).headers.get('etag') ?? ''
    expect((await patch(account, { Phone: '2' }, { 'If-Match': tag })).status).toBe(204)
    const late = await patch(account, { Phone: '3' }, { 'If-Match': tag })
    expect(late.status).toBe(412)
    expect(await running.records("SELECT Phone FROM Account WHERE Name = 'Acme'")).toEqual([{ Phone: '2' }])
    expect((await patch(account, { Phone: '4' }, { 'If-Match': 'no tag' })).status).toBe(400)
  })
})

describe('the time of the last change', () => {
  it('is told and asked for on every record', async () => {
    const at = running.clock.now
    expect((await running.call('GET', contact)).headers.get('last-modified')).toBe(httpDate(at))
    expect((await get(contact, { 'If-Modified-Since': httpDate(at) })).status).toBe(304)
    expect((await get(contact, { 'If-Modified-Since': httpDate(at - 1000) })).status).toBe(200)
    expect((await get(contact, { 'If-Unmodified-Since': httpDate(at - 1000) })).status).toBe(412)
  })

  it('keeps a late writer out, and tells who sends no date', async () => {
    const before = httpDate(running.clock.now)
    running.clock.now += HOUR
    expect((await patch(contact, { Title: 'One' }, { 'If-Unmodified-Since': before })).status).toBe(204)
    expect((await patch(contact, { Title: 'Two' }, { 'If-Unmodified-Since': before })).status).toBe(412)
    expect((await patch(contact, { Title: 'Two' }, { 'If-Unmodified-Since': 'yesterday' })).status).toBe(400)
    expect(await running.records("SELECT Title FROM Contact WHERE LastName = 'Anna'")).toEqual([{ Title: 'One' }])
  })

  it('is asked for by a key as by an Id', async () => {
    running.org.define('Contact', [text('Key__c', 'Key', 20, { externalId: true })])
    const path = '/sobjects/Contact/Key__c/k1'
    expect((await patch(path, { LastName: 'Keyed' }, { 'If-Unmodified-Since': httpDate(0) })).status).toBe(201)
    const made = httpDate(running.clock.now)
    expect((await get(path, { 'If-Modified-Since': made })).status).toBe(304)
    running.clock.now += HOUR
    expect((await patch(path, { Title: 'One' }, { 'If-Unmodified-Since': made })).status).toBe(200)
    expect((await patch(path, { Title: 'Two' }, { 'If-Unmodified-Since': made })).status).toBe(412)
    expect(await running.records("SELECT Title FROM Contact WHERE Key__c = 'k1'")).toEqual([{ Title: 'One' }])
  })

  it('does not stand in the way of a delete', async () => {
    const path = `/sobjects/Contact/${await running.create('Contact', { LastName: 'Gone' })}`
    expect((await running.call('DELETE', path, undefined, { 'If-Unmodified-Since': httpDate(0) })).status).toBe(204)
  })
})

describe('a describe', () => {
  it.each(['/sobjects', '/sobjects/Lead/describe'])('of %s is 304 until something changes', async (path) => {
    const first = await running.call('GET', path)
    const since = first.headers.get('last-modified') ?? ''
    expect(await get(path, { 'If-Modified-Since': since })).toMatchObject({ status: 304, text: '' })
    expect((await get(path, { 'If-Modified-Since': httpDate(0) })).status).toBe(200)
  })

  it('is sent anew once a field was added or hidden', async () => {
    const path = '/sobjects/Contact/describe'
    const since = async () => (await running.call('GET', path)).headers.get('last-modified') ?? ''
    const status = async (date: string) => (await get(path, { 'If-Modified-Since': date })).status
    const first = await since()
    running.org.define('Contact', [text('Badge__c', 'Badge', 10)])
    expect(await status(first)).toBe(200)
    const second = await since()
    expect(await status(second)).toBe(304)
    running.org.settings.hiddenFields = [...running.org.settings.hiddenFields, 'Contact.Badge__c']
    expect(await status(second)).toBe(200)
  })
})
