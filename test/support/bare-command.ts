import { deserialize, serialize, type Document } from 'bson'
import { connect } from 'node:net'

const OP_MSG = 2013
/** Header, flags and the kind of the only section. */
const BEFORE_BODY = 16 + 4 + 1

/**
 * Sends a command as it stands, over a connection of its own, and gives the answer, an error too: a driver would put a
 * session of its own in, and refuse to say what does not go together.
 */
export async function bareCommand(uri: string, command: Document): Promise<Document> {
  const { hostname, port } = new URL(uri)
  const body = serialize(command)
  const head = Buffer.alloc(BEFORE_BODY)
  head.writeInt32LE(BEFORE_BODY + body.length, 0)
  head.writeInt32LE(OP_MSG, 12)
  const socket = connect(Number(port), hostname)
  try {
    socket.write(Buffer.concat([head, body]))
    let answer = Buffer.alloc(0)
    for await (const piece of socket as AsyncIterable<Buffer>) {
      answer = Buffer.concat([answer, piece])
      if (answer.length >= 4 && answer.length >= answer.readInt32LE(0)) break
    }
    return deserialize(answer.subarray(BEFORE_BODY), { promoteLongs: false })
  } finally {
    socket.destroy()
  }
}
