import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Router } from '../org/router.js'
import { clockRoutes } from './clock-routes.js'
import { ControlError } from './control-error.js'
import type { ControlCall, Controlled, ControlReply, ControlRoute } from './control-route.js'
import { faultRoutes } from './fault-routes.js'
import { checkOrigin, checkType } from './gate.js'
import { mongoRoutes } from './mongo-routes.js'
import { recordRoutes } from './record-routes.js'
import { bodyLines, readObject } from './request-body.js'
import { resetRoute } from './reset-route.js'
import { settingRoutes } from './setting-routes.js'
import { statisticsRoutes } from './statistics-routes.js'

const ROOT = '/playground'
const ALWAYS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }

/** Whether a path belongs to the control surface; nothing of Salesforce's lives there. */
export function isControlPath(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`)
}

/** What a playground can be asked and told beside the wire of its org: never metered, never hit by a fault. */
export class ControlSurface {
  readonly #controlled: Controlled
  readonly #routes: Router<ControlRoute>
  readonly #list: readonly ControlRoute[]
  /** Over when no reset is under way; the org answers nobody meanwhile. */
  settled: Promise<unknown> = Promise.resolve()

  constructor(controlled: Controlled) {
    this.#controlled = controlled
    const reset = resetRoute(controlled, (work) => {
      this.settled = work.catch(() => undefined)
    })
    const routes = [recordRoutes, statisticsRoutes, clockRoutes, settingRoutes, faultRoutes, mongoRoutes]
    this.#list = [...routes.flatMap((routesOf) => routesOf(controlled)), reset]
    this.#routes = new Router(this.#list.map((route) => ({ ...route, path: ROOT + route.path })))
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await send(response, await this.#answer(request))
    } catch (error) {
      refuse(response, error)
    }
  }

  async #answer(request: IncomingMessage): Promise<ControlReply> {
    checkOrigin(request)
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    // A change may be sent by PUT as well.
    const method = request.method === 'PUT' ? 'POST' : (request.method ?? 'GET')
    if (path === ROOT && method === 'GET') return this.#index()
    const found = this.#routes.find(method, path)
    if (found === undefined) throw this.#nothingThere(path)
    const type = method === 'POST' ? checkType(request) : ''
    const call: ControlCall = {
      params: found.params,
      type,
      json: () => readObject(request),
      lines: () => bodyLines(request),
    }
    const reply = await found.route.handle(call)
    await this.#committed()
    return reply
  }

  async #committed(): Promise<void> {
    try {
      await this.#controlled.core.commit()
    } catch (error) {
      throw new ControlError(507, `it is done, but could not be written to the disk: ${String(error)}`, 'Make room.')
    }
  }

  #index(): ControlReply {
    return { json: this.#list.map(({ method, path, means }) => ({ method, path: ROOT + path, means })) }
  }

  #nothingThere(path: string): ControlError {
    const allowed = this.#routes.allowed(path).filter((method) => method !== 'HEAD')
    if (allowed.length === 0) return new ControlError(404, `there is no ${path}`, `GET ${ROOT} lists what there is.`)
    return new ControlError(405, `${path} does not take this method`, `It takes ${allowed.join(' and ')}.`)
  }
}

async function send(response: ServerResponse, reply: ControlReply): Promise<void> {
  if ('lines' in reply) {
    response.writeHead(200, { ...ALWAYS, 'Content-Type': 'application/x-ndjson' })
    return pipeline(Readable.from(reply.lines), response)
  }
  sendJson(response, 200, reply.json)
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy()
  else if (error instanceof ControlError) sendJson(response, error.status, { error: error.message, fix: error.fix })
  else {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
    sendJson(response, 500, { error: told, fix: 'This is a bug of the playground; please report it.' })
  }
}

function sendJson(response: ServerResponse, status: number, json: unknown): void {
  // What of a refused body was not read must not be taken for the next request.
  const close = status < 400 ? {} : { Connection: 'close' }
  const headers = { ...ALWAYS, ...close, 'Content-Type': 'application/json; charset=utf-8' }
  response.writeHead(status, headers).end(`${JSON.stringify(json, null, 2)}\n`)
}
