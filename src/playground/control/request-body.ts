import type { IncomingMessage } from 'node:http'
import { isObject, type JsonObject } from '../org/json-body.js'
import { ControlError } from './control-error.js'

/** A document is read whole; what is larger comes line by line. */
const MAX_BYTES = 64 * 1024 * 1024
const FIX = 'Send one JSON object.'

/** The body as a JSON object. Throws a ControlError. */
export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BYTES) {
      throw new ControlError(
        413,
        `the body has more than ${MAX_BYTES} bytes`,
        'Send it as lines: application/x-ndjson.',
      )
    }
    chunks.push(chunk as Buffer)
  }
  return parseObject(Buffer.concat(chunks).toString('utf8'))
}

/** A text as a JSON object; `place` begins what is told of a mistake. Throws a ControlError. */
export function parseObject(text: string, place = ''): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ControlError(400, `${place}not JSON: ${error instanceof Error ? error.message : 'unreadable'}`, FIX)
  }
  if (isObject(value)) return value
  throw new ControlError(400, `${place}not a JSON object`, FIX)
}

/** The lines of the body, as they come. Only a newline ends one: JSON may hold every other separator as it is. */
export async function* bodyLines(request: IncomingMessage): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of request) {
    const pieces = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
    rest = pieces.pop() ?? ''
    yield* pieces
  }
  if (rest !== '') yield rest
}
