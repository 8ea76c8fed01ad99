import { request } from 'node:http'
import { type Answer, RunningOrg } from '../org/running-org.js'

/** What the control surface of a running org answered. */
export interface ControlAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: unknown
}

/** An org with its control surface, spoken to as by a program that may write any header it likes. */
export class ControlledOrg {
  readonly #running: RunningOrg

  private constructor(running: RunningOrg) {
    this.#running = running
  }

  static async start(): Promise<ControlledOrg> {
    return new ControlledOrg(await RunningOrg.start())
  }

  get org() {
    return this.#running.org
  }

  /** The clock that the org's own runs by. */
  get base() {
    return this.#running.clock
  }

  get client(): RunningOrg {
    return this.#running
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#running.call(method, path, body)
  }

  get(path: string, headers: Record<string, string> = {}): Promise<ControlAnswer> {
    return this.ask('GET', path, undefined, headers)
  }

  /** Sends a change as JSON. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ControlAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return this.ask('POST', path, text, { 'Content-Type': 'application/json', ...headers })
  }

  ask(method: string, path: string, body: string | undefined, headers: Record<string, string>): Promise<ControlAnswer> {
    const { port } = new URL(this.org.url)
    return new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', method, path: `/playground${path}`, headers, agent: false },
        (reply) => {
          let text = ''
          reply.setEncoding('utf8')
          reply.on('data', (piece: string) => (text += piece))
          reply.on('end', () => {
            const json = reply.headers['content-type']?.startsWith('application/json') === true
            resolve({
              status: reply.statusCode ?? 0,
              headers: reply.headers,
              text,
              json: json ? (JSON.parse(text) as unknown) : undefined,
            })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async close(): Promise<void> {
    await this.org.close()
  }
}
