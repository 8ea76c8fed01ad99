import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HealthServer, type HealthSources } from '../../src/worker/health-server.js'

const sources: HealthSources = {
  health: () => ({ ok: true, state: { state: 'running' } }),
  metrics: () => Promise.resolve({ contentType: 'text/plain', text: 'mh_sf_people 5\n' }),
}

interface Asked {
  method?: string
  headers?: Record<string, string>
}

async function ask(url: string, path: string, { method = 'GET', headers = {} }: Asked = {}) {
  const { hostname, port } = new URL(url)
  const sent = request({ hostname, port, path, method, headers, agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, headers: response.headers, text }
}

describe('the endpoint of a worker', () => {
  let server: HealthServer
  beforeAll(async () => {
    server = await HealthServer.start('127.0.0.1:0', sources)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('answers a machine by its own names only, where it listens to itself', async () => {
    const { port } = new URL(server.url)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]', 'LOCALHOST'])
      expect([host, (await ask(server.url, '/metrics', { headers: { host } })).status]).toEqual([host, 200])
    for (const host of [
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      'localhost.evil.example',
      'example.com',
    ]) {
      const { status, text } = await ask(server.url, '/metrics', { headers: { host } })
      expect([host, status]).toEqual([host, 421])
      expect(text).not.toContain('mh_sf')
    }
  })

  test('answers by whatever name where it listens to others, as Kubernetes and Prometheus ask', async () => {
    await using open = await HealthServer.start(':0', sources)
    const { port } = new URL(open.url)
    const answer = await ask(`http://127.0.0.1:${port}`, '/healthz', { headers: { host: 'worker-1.internal:9464' } })
    expect(answer.status).toBe(200)
  })

  test('reads only, and has nothing but health and figures', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])
      expect((await ask(server.url, '/metrics', { method })).status).toBe(405)
    for (const path of ['/', '/../etc/passwd', '/%2e%2e/', '/metrics/..', '//healthz', '/health'])
      expect((await ask(server.url, path)).status).toBe(404)
    const { headers } = await ask(server.url, '/healthz')
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('waits for nobody who is slow to say what they want', async () => {
    await using hasty = await HealthServer.start('127.0.0.1:0', sources, 200)
    const { hostname, port } = new URL(hasty.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    let said = ''
    socket.on('data', (chunk) => (said += String(chunk)))
    await once(socket, 'close')
    expect(said).not.toContain('mh_sf')
  })

  test('reads no endless headers', async () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write(`GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`)
    const [said] = (await once(socket, 'data')) as [Buffer]
    expect(String(said)).toMatch(/^HTTP\/1\.1 431 /u)
    socket.destroy()
  })
})
