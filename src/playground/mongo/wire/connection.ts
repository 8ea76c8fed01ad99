import { type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { CommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { type Connection, type Server } from '../verbs/command.js'
import { errorReply } from '../verbs/error-labels.js'
import { runCommand } from '../verbs/dispatch.js'
import { Request } from '../verbs/request.js'
import { asksToWait } from '../verbs/server-state.js'
import { type FailCommandData } from '../fail-points.js'
import { FrameReader } from './frames.js'
import { parseMessage, replyHead, type Message } from './message.js'
import { encodeReply } from './reply.js'

/** Messages that may wait before the socket is no longer read from. */
const QUEUE_LIMIT = 32

/** Whether a command is one that is answered again and again: a handshake that waits for news. */
function isStream(request: Request, server: Server): boolean {
  return /^(hello|ismaster)$/i.test(request.name) && asksToWait(request, server)
}

/** Serves one connection: its messages one after the other, in the order they came. */
export class ClientConnection implements Connection {
  appName: string | undefined
  readonly #reader = new FrameReader()
  readonly #queue: Buffer[] = []
  #busy = false

  constructor(
    readonly id: number,
    readonly socket: Socket,
    readonly server: Server,
  ) {
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => {
      this.#receive(piece)
    })
    socket.on('error', () => socket.destroy())
  }

  /** What is no message costs its own connection, and nothing else. */
  #receive(piece: Buffer): void {
    try {
      this.#queue.push(...this.#reader.push(piece))
    } catch {
      this.socket.destroy()
      return
    }
    if (this.#queue.length > QUEUE_LIMIT) this.socket.pause()
    void this.#drain()
  }

  async #drain(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (let bytes = this.#queue.shift(); bytes && !this.socket.destroyed; bytes = this.#queue.shift()) {
        await this.#serve(parseMessage(bytes))
        if (this.#queue.length < QUEUE_LIMIT) this.socket.resume()
      }
    } catch {
      this.socket.destroy()
    } finally {
      this.#busy = false
    }
  }

  async #serve(message: Message): Promise<void> {
    const request = new Request(message)
    const { counts, failPoints } = this.server
    counts[request.name] = (counts[request.name] ?? 0) + 1
    const failure = failPoints.take(request.name, this.appName)
    if (failure?.blockConnection) await wait(failure.blockTimeMS ?? 0, undefined, { ref: false })
    if (failure?.closeConnection) {
      if (failure.applied) await runCommand(request, this.server, this)
      this.socket.destroy()
      return
    }
    const reply = await (failure ? this.#failed(request, failure) : runCommand(request, this.server, this))
    if (!message.wantsReply) return
    if (message.takesMore && reply.ok === 1 && isStream(request, this.server))
      await this.#stream(message, request, reply)
    else await this.#answer(message, reply)
  }

  /** Answers, and goes on answering as the client's state of knowledge ages, until the client hangs up. */
  async #stream(message: Message, request: Request, first: Document): Promise<void> {
    let reply = first
    let respondsTo = message.requestId
    while (!this.socket.destroyed) {
      respondsTo = await this.#answer(message, reply, respondsTo, true)
      reply = await runCommand(request, this.server, this)
    }
  }

  /** Sends a reply and returns its id. */
  async #answer(
    message: Message,
    reply: Document,
    respondsTo = message.requestId,
    moreToCome = false,
  ): Promise<number> {
    const body = encodeReply(reply)
    const head = replyHead(message, body.length, respondsTo, moreToCome)
    if (!this.socket.destroyed) await this.#send(head, body)
    return head.readInt32LE(4)
  }

  get isOpen(): boolean {
    return !this.socket.destroyed
  }

  /** A fail point with an error has the command not run at all; one with a write concern error comes after it ran. */
  async #failed(request: Request, failure: FailCommandData): Promise<Document> {
    const { errorCode, errorLabels, writeConcernError } = failure
    const labels = errorLabels ? { errorLabels } : {}
    if (errorCode !== undefined) {
      const error = new CommandError(errorCode, "Failing command via 'failCommand' failpoint")
      return { ...errorReply(request, error), ...labels, ...this.server.replicaSet.times() }
    }
    const reply = await runCommand(request, this.server, this)
    return writeConcernError ? { ...reply, writeConcernError, ...labels } : reply
  }

  /** Waits until a slow client has taken a large answer before the next command is served. */
  async #send(head: Buffer, body: Buffer): Promise<void> {
    this.socket.cork()
    this.socket.write(head)
    const taken = this.socket.write(body)
    this.socket.uncork()
    if (taken) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done)
        this.socket.off('close', done)
        resolve()
      }
      this.socket.on('drain', done)
      this.socket.on('close', done)
    })
  }
}
