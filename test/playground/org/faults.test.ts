import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunningOrg, textAt } from './running-org.js'

let running: RunningOrg

beforeEach(async () => {
  running = await RunningOrg.start()
  running.org.requests.clear()
})

afterEach(() => running.org.close())

const create = (signal?: AbortSignal) =>
  fetch(`${running.org.url}/services/data/v66.0/sobjects/Contact`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${running.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ LastName: 'Once', Description: 'x'.repeat(5000) }),
    ...(signal === undefined ? {} : { signal }),
  })
const saved = () => running.org.store.count('Contact')
const path = '*/sobjects/Contact'

describe('a scripted fault', () => {
  it('answers in place of the org, before or after the effect, and then lets go', async () => {
    const json = [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record' }]
    running.org.arm({ method: 'POST', path, effect: { kind: 'reply', status: 400, json } })
    const refused = await create()
    expect([refused.status, await refused.json()]).toEqual([400, json])
    expect(saved()).toBe(0)
    running.org.arm({ path, effect: { kind: 'reply', status: 503, headers: { 'Retry-After': '2' }, applied: true } })
    const lost = await create()
    expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '2'])
    expect(saved()).toBe(1)
    expect((await create()).status).toBe(201)
  })

  it('drops the socket before the effect, or after it', async () => {
    running.org.arm({ path, effect: { kind: 'drop', applied: false } })
    await expect(create()).rejects.toThrow('fetch failed')
    expect(saved()).toBe(0)
    running.org.arm({ path, effect: { kind: 'drop', applied: true } })
    await expect(create()).rejects.toThrow('fetch failed')
    expect(saved()).toBe(1)
  })

  it('cuts the body at a byte, under a whole head', async () => {
    running.org.arm({ path: '*/sobjects', effect: { kind: 'cut', bytes: 40 } })
    const response = await fetch(`${running.org.url}/services/data/v66.0/sobjects`, {
      headers: { Authorization: `Bearer ${running.token}`, 'Accept-Encoding': 'identity' },
    })
    expect(response.status).toBe(200)
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(first?.value).toHaveLength(40)
    await expect(reader?.read()).rejects.toThrow()
  })

  it('stalls until the client gives up', async () => {
    running.org.arm({ path, effect: { kind: 'stall', applied: true } })
    const client = new AbortController()
    const creating = create(client.signal)
    await vi.waitUntil(() => saved() === 1, { timeout: 60_000, interval: 5 })
    client.abort(new Error('given up'))
    await expect(creating).rejects.toThrow('given up')
  })

  it('shows the maintenance page', async () => {
    running.org.arm({ path: '*', effect: { kind: 'maintenance' } })
    const page = await running.call('GET', '/limits')
    expect(page.status).toBe(503)
    expect(page.text).toContain('We are down for maintenance')
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  })

  it('ends the sessions just before a request', async () => {
    running.org.arm({ path: '*/limits', skip: 1, effect: { kind: 'expire' } })
    expect((await running.call('GET', '/limits')).status).toBe(200)
    expect((await running.call('GET', '/limits')).status).toBe(401)
    expect((await running.call('GET', '/limits')).status).toBe(401)
  })

  it('passes some requests first, hits as many as it says, and can be called off', async () => {
    running.org.arm({ path, skip: 1, times: 2, effect: { kind: 'reply', status: 500 } })
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await create()).status)
    expect(statuses).toEqual([201, 500, 500, 201])
    running.org.arm({ path, effect: { kind: 'reply', status: 500 } })
    running.org.disarm()
    expect((await create()).status).toBe(201)
  })

  it('delays an answer that is right', async () => {
    running.org.arm({ path, effect: { kind: 'delay', ms: 50 } })
    const started = performance.now()
    expect((await create()).status).toBe(201)
    expect(performance.now() - started).toBeGreaterThan(45)
  })
})

describe('the log', () => {
  it('tells each request, its route, its answer and its fault', async () => {
    const { json } = await running.call('POST', '/sobjects/Contact', { LastName: 'x' })
    await running.call('GET', `/sobjects/Contact/${textAt(json, 'id')}?fields=Name`)
    running.org.arm({ path: '*/limits', effect: { kind: 'drop', applied: false } })
    await expect(running.call('GET', '/limits')).rejects.toThrow()
    expect(running.org.requests.list()).toMatchObject([
      { method: 'POST', template: '/sobjects/:object', status: 201 },
      {
        method: 'GET',
        template: '/sobjects/:object/:id',
        path: `/services/data/v66.0/sobjects/Contact/${textAt(json, 'id')}`,
        status: 200,
      },
      { method: 'GET', template: '/limits', status: 0, fault: 'drop' },
    ])
    expect(running.org.requests.list().every(({ bytesIn }) => bytesIn > 100)).toBe(true)
    expect(running.org.requests.statistics()).toMatchObject([
      { template: '/sobjects/:object', calls: 1, statuses: { 201: 1 } },
      { template: '/sobjects/:object/:id', calls: 1, statuses: { 200: 1 } },
      { template: '/limits', calls: 1, statuses: { 0: 1 }, faults: { drop: 1 } },
    ])
  })

  it('counts all and keeps the last ten thousand', () => {
    const { requests } = running.org
    const record = { at: 0, method: 'GET', path: '/', template: '/', status: 200, ms: 1, bytesIn: 1, bytesOut: 1 }
    for (let i = 0; i < 25_000; i++) requests.add({ ...record, at: i })
    expect([requests.total, requests.list().length, requests.list()[0]?.at]).toEqual([25_000, 10_000, 15_000])
    expect(requests.statistics()[0]?.calls).toBe(25_000)
  })
})

describe('a request body', () => {
  const sent = (body: string | Buffer) => {
    const headers = {
      Authorization: `Bearer ${running.token}`,
      'Content-Type': 'application/json',
      'Content-Encoding': 'gzip',
    }
    return fetch(`${running.org.url}/services/data/v66.0/sobjects/Contact`, { method: 'POST', headers, body })
  }

  it('may be compressed', async () => {
    expect((await sent(gzipSync('{"LastName":"Packed"}'))).status).toBe(201)
    expect((await sent('{"LastName":"Not packed"}')).status).toBe(400)
  })
})

describe('closing', () => {
  it('cuts open sockets and refuses new ones', async () => {
    running.org.arm({ path, effect: { kind: 'stall' } })
    const waiting = create()
    const cut = expect(waiting).rejects.toThrow('fetch failed')
    await running.call('GET', '/sobjects')
    await running.org.close()
    await cut
    await expect(running.call('GET', '/sobjects')).rejects.toThrow('fetch failed')
  })
})
