import { createSign, generateKeyPairSync } from 'node:crypto'
import { type Org, startOrg } from '../../../src/playground/org/org.js'
import type { OrgSettings } from '../../../src/playground/org/settings.js'

/** Monday. */
export const NOON = Date.parse('2026-10-05T12:00:00Z')
export const USERNAME = 'sync@mongohacks.example'
export const CLIENT_ID = 'playground-app'
export const CLIENT_SECRET = 'the-consumer-secret'
export const APP_LABEL = 'Sync & <b>Co</b>'
export const CALLBACK = 'http://localhost:1717/OauthRedirect'
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** Has the same user, and no right to the tokens of the first. */
export const OTHER_APP = { clientId: 'other-app', clientSecret: 'other-secret', publicKey, username: USERNAME }

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body parsed; undefined when it is empty or no JSON. */
  readonly json: unknown
}

/** An org on a real socket with a clock of its own, and a client that is logged in. */
export class RunningOrg {
  readonly org: Org
  readonly clock: { now: number }
  token = ''

  private constructor(org: Org, clock: { now: number }) {
    this.org = org
    this.clock = clock
  }

  static async start(settings: Partial<OrgSettings> = {}, journal?: string): Promise<RunningOrg> {
    const clock = { now: NOON }
    const consumer = {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      label: APP_LABEL,
      callbackUrls: [CALLBACK],
      publicKey,
      username: USERNAME,
    }
    const kept = journal === undefined ? {} : { journal }
    const org = await startOrg({ consumer, otherConsumers: [OTHER_APP], settings, now: () => clock.now, ...kept })
    const running = new RunningOrg(org, clock)
    await running.logIn()
    return running
  }

  /** A good assertion, or one with other claims or another key. */
  assertion(claims: object = {}, privateKey = keys.privateKey): string {
    const exp = this.clock.now / 1000 + 120
    const good = { iss: CLIENT_ID, sub: USERNAME, aud: this.org.url, exp, ...claims }
    const signed = [{ alg: 'RS256' }, good].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const signature = createSign('RSA-SHA256').update(signed.join('.')).sign(privateKey).toString('base64url')
    return [...signed, signature].join('.')
  }

  oauth(endpoint: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams(form)
    return answerOf(fetch(`${this.org.url}/services/oauth2/${endpoint}`, { method: 'POST', headers, body }))
  }

  async logIn(): Promise<void> {
    const { json } = await this.oauth('token', { grant_type: JWT_BEARER, assertion: this.assertion() })
    this.token = textAt(json, 'access_token')
  }

  /** A call below `/services/data/v66.0`, logged in. */
  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(method, `/services/data/v66.0${path}`, body, headers)
  }

  /** A call to any path, logged in. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const all = { Authorization: `Bearer ${this.token}`, ...type, ...headers }
    return answerOf(fetch(this.org.url + path, { method, headers: all, ...sent }))
  }

  query(soql: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', `/query?q=${encodeURIComponent(soql)}`, undefined, headers)
  }

  /** The records of a query of one page. */
  async records(soql: string): Promise<unknown[]> {
    const { json } = await this.query(soql)
    return itemsAt(json, 'records').map(withoutAttributes)
  }

  /** Creates a record over REST; its id. */
  async create(object: string, values: object): Promise<string> {
    const { json } = await this.call('POST', `/sobjects/${object}`, values)
    return textAt(json, 'id')
  }

  /** Loads rows of CSV by a Bulk job of its own; what failed, as CSV. */
  async failedRows(object: string, operation: string, csv: string): Promise<string> {
    const { json } = await this.call('POST', '/jobs/ingest', { object, operation })
    const job = `/jobs/ingest/${textAt(json, 'id')}`
    await this.call('PUT', `${job}/batches`, csv, { 'Content-Type': 'text/csv' })
    await this.call('PATCH', job, { state: 'UploadComplete' })
    return (await this.call('GET', `${job}/failedResults`)).text
  }
}

async function answerOf(sent: Promise<Response>): Promise<Answer> {
  const response = await sent
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as unknown) : undefined,
  }
}

/** What is under a key of a JSON answer. */
export function valueAt(json: unknown, key: string | number): unknown {
  return typeof json === 'object' && json !== null
    ? Object.entries(json).find(([name]) => name === String(key))?.[1]
    : undefined
}

export function textAt(json: unknown, key: string | number): string {
  const value = valueAt(json, key)
  if (typeof value === 'string') return value
  throw new Error(`no text under ${key} in ${JSON.stringify(json)}`)
}

export function itemsAt(json: unknown, key: string): unknown[] {
  const value = valueAt(json, key)
  if (Array.isArray(value)) return value
  throw new Error(`no list under ${key} in ${JSON.stringify(json)}`)
}

function withoutAttributes(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'attributes'))
}
