import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/**
 * Below those that a system hands out by itself (from 32768 on with Linux): in the moment between this look and whoever is told the port, no
 * other test that listens anywhere, and no connection, is given it.
 */
const [FIRST, PORTS] = [20_000, 12_000]

/** Test processes count from places of their own. */
let next = (process.pid * 101) % PORTS

/** A port on which nobody listens, and which nobody else is given. */
export async function freePort(): Promise<number> {
  for (;;) {
    next = (next + 1) % PORTS
    const server = createServer()
    const isFree = new Promise<boolean>((resolve) => {
      server.once('listening', () => {
        resolve(true)
      })
      server.once('error', () => {
        resolve(false)
      })
    })
    server.listen(FIRST + next, '127.0.0.1')
    if (!(await isFree)) continue
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return port
  }
}
