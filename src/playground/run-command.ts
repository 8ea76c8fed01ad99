import { deserialize, type Document, serialize } from 'bson'
import { connect } from 'node:net'

const OP_MSG = 2013
/** Header (length, request, response to, operation), then flags and the kind of the only section. */
const BEFORE_BODY = 16 + 4 + 1

/** Sends one command to a MongoDB on loopback, and gives its answer. Throws when the answer is not ok. */
export async function runCommand(port: number, command: Document): Promise<Document> {
  const answer = await exchange(port, message(command))
  const reply = deserialize(answer.subarray(BEFORE_BODY))
  if (reply['ok'] !== 1) throw new Error(`MongoDB refused ${Object.keys(command)[0] ?? ''}: ${String(reply['errmsg'])}`)
  return reply
}

function message(command: Document): Buffer {
  const body = serialize(command)
  const bytes = Buffer.alloc(BEFORE_BODY + body.length)
  bytes.writeInt32LE(bytes.length, 0)
  bytes.writeInt32LE(1, 4)
  bytes.writeInt32LE(OP_MSG, 12)
  bytes.set(body, BEFORE_BODY)
  return bytes
}

async function exchange(port: number, request: Buffer): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.write(request)
    let answer = Buffer.alloc(0)
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer = Buffer.concat([answer, chunk])
      if (answer.length >= 4 && answer.length >= answer.readInt32LE(0)) return answer
    }
    throw new Error('MongoDB closed the connection without an answer')
  } finally {
    socket.destroy()
  }
}
