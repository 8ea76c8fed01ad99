import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { deserialize, type Document } from 'bson'
import { FrameReader } from '../../src/playground/mongo/wire/frames.js'
import { parseMessage } from '../../src/playground/mongo/wire/message.js'
import type { Border } from './boundary.js'

/** A proxy in front of the database that cuts its connections into commands and their replies. */
export interface MongoWire {
  port: number
  /** Lets clients in again, after the server was away. */
  comeBack: () => void
  close: () => Promise<void>
}

const OP_MSG = 2013
const OF_THE_DRIVER = new Set(['hello', 'endSessions'])

/** Starts the proxy. Each command but the driver's own has two boundaries: before it is sent on, and before its reply is. */
export async function startMongoWire(port: number, border: Border): Promise<MongoWire> {
  const sockets = new Set<Socket>()
  let isAway = false
  const leave = () => {
    isAway = true
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    if (isAway) {
      client.destroy()
      return
    }
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    serve(client, connect(port, '127.0.0.1'), border, leave)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    comeBack: () => (isAway = false),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Hands messages on in their order, in both directions. */
function serve(client: Socket, upstream: Socket, border: Border, leave: () => void): void {
  const asked = new Map<number, string>()
  const close = () => {
    client.destroy()
    upstream.destroy()
  }
  const cross = async (moment: 'before' | 'after', what: string) => {
    const act = await border.cross('database', moment, what)
    if (act) close()
    if (act?.kind === 'away') leave()
    return act === undefined
  }
  inOrder(client, async (frame) => {
    const what = commandIn(frame)
    if (what !== undefined) {
      asked.set(frame.readInt32LE(4), what)
      if (!(await cross('before', what))) return
    }
    upstream.write(frame)
  })
  inOrder(upstream, async (frame) => {
    const answered = frame.readInt32LE(8)
    const what = asked.get(answered)
    asked.delete(answered)
    if (what !== undefined && !(await cross('after', what))) return
    client.write(frame)
  })
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true)
    socket.on('close', close)
    socket.on('error', close)
  }
}

/** Messages one after the other: the next one waits until the last is dealt with. */
function inOrder(socket: Socket, handle: (frame: Buffer) => Promise<void>): void {
  const frames = new FrameReader()
  let before = Promise.resolve()
  socket.on('data', (piece: Buffer) => {
    for (const frame of frames.push(piece)) before = before.then(() => handle(Buffer.from(frame)))
  })
}

/** What is asked, as `find participants`; undefined for what the driver asks for itself to keep its connections. */
function commandIn(frame: Buffer): string | undefined {
  if (frame.readInt32LE(12) !== OP_MSG) return undefined
  const body: Document = deserialize(parseMessage(frame).body)
  const [name = ''] = Object.keys(body)
  const target: unknown = body[name]
  if (body.$db === 'admin' && OF_THE_DRIVER.has(name)) return undefined
  return typeof target === 'string' ? `${name} ${target}` : name
}
