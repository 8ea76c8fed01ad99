import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type ControlSurface, isControlPath } from '../control/surface.js'
import type { Reply } from './api.js'
import type { OrgCore } from './core.js'
import type { Dispatched, Dispatcher } from './dispatcher.js'
import { edgePage } from './edge-page.js'
import type { Faults } from './faults.js'
import { injectFault } from './inject-fault.js'
import { OrgError, restShape } from './org-error.js'
import type { RequestLog } from './request-log.js'
import { sendReply } from './send-reply.js'

const unzip = promisify(gunzip)
/** Far above what the org lets through, so that it refuses long requests itself and not Node (rest.md §4). */
const NODE_HEADER_LIMIT = 4 * 1024 * 1024

/** The org's edge: sockets, sizes, scripted faults, the log. */
export class HttpServer {
  readonly #server: Server
  readonly #core: OrgCore
  readonly #dispatcher: Dispatcher
  readonly #faults: Faults
  readonly #log: RequestLog
  readonly #control: ControlSurface
  /** Open sockets with the bytes that were read and written up to the last logged request. */
  readonly #sockets = new Map<Socket, { read: number; written: number }>()
  #isOpen = false

  constructor(core: OrgCore, dispatcher: Dispatcher, faults: Faults, log: RequestLog, control: ControlSurface) {
    this.#core = core
    this.#dispatcher = dispatcher
    this.#faults = faults
    this.#log = log
    this.#control = control
    this.#server = createServer({ maxHeaderSize: NODE_HEADER_LIMIT, keepAliveTimeout: 60_000 }, (request, response) => {
      // A peer that went away in the middle has no answer to get.
      this.#serve(request, response).catch(() => response.destroy())
    })
    this.#server.on('connection', (socket) => {
      if (!this.#isOpen) {
        socket.destroy()
        return
      }
      this.#sockets.set(socket, { read: 0, written: 0 })
      socket.once('close', () => this.#sockets.delete(socket))
      socket.setNoDelay(true)
    })
  }

  /** Lets clients in; who connects before is cut off at once, as if nobody listened. */
  open(): void {
    this.#isOpen = true
  }

  /** Takes a port of loopback and returns it. Port 0 takes a free one. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject)
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /** Stops listening and cuts every open socket. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve()
      })
      for (const socket of this.#sockets.keys()) socket.destroy()
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    const method = request.method ?? 'GET'
    if (isControlPath(path)) return this.#control.serve(request, response)
    await this.#control.settled
    const effect = this.#faults.take(method, path)
    // A fault or a dead session may keep the work from being done; the log names the resource all the same.
    const named = { template: this.#dispatcher.templateOf(method, path) }
    this.#logWhenOver(request, response, named, effect?.kind)
    const work = async (): Promise<Reply> => {
      const { reply, template } = await this.#work(request)
      if (template !== '-') named.template = template
      return this.#kept(reply)
    }
    if (effect === undefined) await sendReply(request, response, await work())
    else await injectFault(this.#core, effect, { request, response, path, work })
  }

  /** The answer once what it acknowledges is on the disk, or that it could not be written. */
  async #kept(reply: Reply): Promise<Reply> {
    try {
      await this.#core.commit()
      return reply
    } catch (error) {
      const message = `playground: it could not be written to the disk: ${String(error)}`
      return { status: 500, json: restShape(new OrgError(500, 'UNKNOWN_EXCEPTION', message)) }
    }
  }

  #logWhenOver(request: IncomingMessage, response: ServerResponse, named: { template: string }, fault?: string): void {
    const at = this.#core.now()
    const started = performance.now()
    const socket = request.socket
    const before = this.#sockets.get(socket) ?? { read: 0, written: 0 }
    // An answer that was sent ends with `finish`; one that was withheld or cut with `close` alone.
    let finished = false
    response.once('finish', () => {
      finished = true
    })
    response.once('close', () => {
      const after = { read: socket.bytesRead, written: socket.bytesWritten }
      if (this.#sockets.has(socket)) this.#sockets.set(socket, after)
      this.#log.add({
        at,
        method: request.method ?? 'GET',
        path: pathOf(request),
        template: named.template,
        status: finished ? response.statusCode : 0,
        ms: performance.now() - started,
        bytesIn: after.read - before.read,
        bytesOut: after.written - before.written,
        ...(fault === undefined ? {} : { fault }),
      })
    })
  }

  async #work(request: IncomingMessage): Promise<Dispatched> {
    const tooLong = this.#tooLong(request)
    if (tooLong !== undefined) return { reply: tooLong, template: '-' }
    let body: Promise<Buffer> | undefined
    return this.#dispatcher.dispatch({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
      body: () => (body ??= readBody(request)),
    })
  }

  /** A URI that is too long is 414, one that is too long together with its headers 431, both in HTML (rest.md §4). */
  #tooLong(request: IncomingMessage): Reply | undefined {
    const limit = this.#core.settings.uriLimit
    const uri = request.url?.length ?? 0
    if (uri > limit) return edgePage(414)
    const headers = request.rawHeaders.reduce((sum, part) => sum + part.length + 2, 0)
    return uri + headers > limit ? edgePage(431) : undefined
  }
}

/** As sent, without the query. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1).join('')
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  if (request.headers['content-encoding'] !== 'gzip' || body.length === 0) return body
  return unzip(body).catch(() => {
    throw new OrgError(400, 'JSON_PARSER_ERROR', 'the body is not gzip, as its Content-Encoding says')
  })
}
