import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PlaygroundState } from './state.js'

/** Longer than any pause of a playground that is well; a dead one refuses at once. Milliseconds. */
const ANSWER_WITHIN = 2_000

/** Answers `GET /` with the nonce, on a loopback port of its own. */
export async function servePing(nonce: string): Promise<{ url: string; close(): void }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', Connection: 'close' }).end(nonce)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Whether the playground that wrote this state is still there: not just some process, and not just some server. */
export async function answersPing({ ping }: PlaygroundState): Promise<boolean> {
  if (!ping.url.startsWith('http://127.0.0.1:')) return false
  try {
    const reply = await fetch(ping.url, { signal: AbortSignal.timeout(ANSWER_WITHIN), redirect: 'error' })
    return reply.ok && (await reply.text()) === ping.nonce
  } catch {
    return false
  }
}
