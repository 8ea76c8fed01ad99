import { connect, type Socket } from 'node:net'
import { deserialize, type Document, serialize } from 'bson'
import { expect } from 'vitest'

/** A client that says exactly what it is told to. */
export class BareClient {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  readonly closed: Promise<void>

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.closed = new Promise((resolve) =>
      this.#socket.once('close', () => {
        resolve()
      }),
    )
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.on('data', (piece: Buffer) => (this.#received = Buffer.concat([this.#received, piece])))
  }

  send(bytes: Buffer): this {
    this.#socket.write(bytes)
    return this
  }

  /** The next whole message. */
  async answer(): Promise<Buffer> {
    while (this.#received.length < 4 || this.#received.length < this.#received.readInt32LE(0)) {
      await new Promise((resolve) => this.#socket.once('data', resolve))
    }
    const size = this.#received.readInt32LE(0)
    const message = this.#received.subarray(0, size)
    this.#received = this.#received.subarray(size)
    return message
  }

  /** The body of the next answer, without the times that every answer ends with. */
  async reply(): Promise<Document> {
    const { $clusterTime, operationTime, ...said }: Record<string, unknown> = deserialize(
      (await this.answer()).subarray(21),
    )
    expect($clusterTime).toMatchObject({ clusterTime: operationTime })
    return said
  }

  end(): void {
    this.#socket.destroy()
  }
}

/** A message of an opcode, with its header. */
export function message(opCode: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(16)
  head.writeInt32LE(16 + body.length, 0)
  head.writeInt32LE(77, 4)
  head.writeInt32LE(opCode, 12)
  return Buffer.concat([head, body])
}

/** A number as the protocol has it. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

export const OP_QUERY = 2004
export const OP_COMPRESSED = 2012
export const OP_MSG = 2013

/** The section of a command's body. */
export function body(command: Document): Buffer {
  return Buffer.concat([Buffer.from([0]), serialize(command)])
}

/** A command as drivers send it. */
export function opMsg(command: Document, flags = 0): Buffer {
  return message(OP_MSG, int32(flags), body(command))
}

/** The section of a write's documents. */
export function sequence(name: string, documents: Document[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((document) => serialize(document))])
  return Buffer.concat([Buffer.from([1]), int32(content.length + 4), content])
}
