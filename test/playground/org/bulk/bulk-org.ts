import { createSign, generateKeyPairSync } from 'node:crypto'
import { text } from '../../../../src/playground/org/fields.js'
import { startOrg } from '../../../../src/playground/org/org.js'
import type { OrgSettings } from '../../../../src/playground/org/settings.js'

export const NOW = Date.parse('2026-05-06T10:30:00Z')
export const HOUR = 3_600_000
export const DAY = 24 * HOUR
const MONTH_SECONDS = 30 * 24 * 3_600

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const consumer = {
  clientId: 'bulk-tests',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  username: 'sync@example.org',
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A session by the JWT grant, as any client gets one. */
const logIn = async (url: string, now: number): Promise<string> => {
  const claims = { iss: consumer.clientId, sub: consumer.username, aud: url, exp: Math.floor(now / 1000) + 180 }
  const signed = `${base64url({ alg: 'RS256' })}.${base64url(claims)}`
  const assertion = `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const reply = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body })
  const { access_token: token } = (await reply.json()) as { access_token: string }
  return token
}

export type Json = Record<string, unknown>

/** A running org with an external id on Contact, a clock that only the test moves, and a way to call its bulk side. */
export const startBulkOrg = async (settings: Partial<OrgSettings> = {}) => {
  const clock = { now: NOW }
  const org = await startOrg({
    consumer,
    now: () => clock.now,
    settings: { sessionSeconds: MONTH_SECONDS, ...settings },
  })
  org.define('Contact', [text('Key__c', 'Key', 40, { externalId: true, unique: true })])
  const token = await logIn(org.url, NOW)

  const call = async (
    method: string,
    path: string,
    body?: object | string | Buffer,
    headers: Record<string, string> = {},
  ) => {
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body)
    const type = isJson ? 'application/json' : 'text/csv'
    return fetch(path.startsWith('/services') ? org.url + path : `${org.url}/services/data/v66.0/jobs${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : new Uint8Array(Buffer.from(body)) }),
    })
  }
  const json = async (method: string, path: string, body?: object) => {
    const reply = await call(method, path, body)
    if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`)
    return (await reply.json()) as Json
  }
  /** The status and the errorCode of a refusal. */
  const refusal = async (method: string, path: string, body?: object | string, headers?: Record<string, string>) => {
    const reply = await call(method, path, body, headers)
    const [error] = (await reply.json()) as { errorCode: string; message: string }[]
    return { status: reply.status, code: error?.errorCode, message: error?.message }
  }
  /** The body as it is: a byte order mark is not swallowed. */
  const raw = async (path: string) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(await (await call('GET', path)).arrayBuffer())

  /** Creates a job, uploads, closes: its id. */
  const ingest = async (
    definition: Json,
    csv: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<string> => {
    const { id } = await json('POST', '/ingest', { object: 'Contact', operation: 'insert', ...definition })
    const put = await call('PUT', `/ingest/${String(id)}/batches`, csv, headers)
    if (put.status !== 201) throw new Error(`${put.status} ${await put.text()}`)
    await json('PATCH', `/ingest/${String(id)}`, { state: 'UploadComplete' })
    return String(id)
  }
  const results = async (id: string) => ({
    info: await json('GET', `/ingest/${id}`),
    successful: await raw(`/ingest/${id}/successfulResults`),
    failed: await raw(`/ingest/${id}/failedResults`),
    unprocessed: await raw(`/ingest/${id}/unprocessedrecords`),
  })
  const contacts = () => [...org.store.scan('Contact')]
  return { org, token, clock, call, json, refusal, raw, ingest, results, contacts, close: () => org.close() }
}

export type BulkOrg = Awaited<ReturnType<typeof startBulkOrg>>

/** The lines of a CSV without quoted newlines, the last line ending dropped. */
export const linesOf = (csv: string, ending = '\n'): string[] => csv.split(ending).slice(0, -1)

/** Records by column name. */
export const recordsOf = (csv: string, delimiter = ','): Record<string, string>[] => {
  const [header = [], ...rows] = linesOf(csv).map((line) =>
    line.split(delimiter).map((cell) => cell.replace(/^"|"$/g, '')),
  )
  return rows.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])))
}
