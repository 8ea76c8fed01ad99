import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import dns from 'node:dns'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Database } from '../../src/mongo/database.js'
import { Participants } from '../../src/mongo/participants.js'
import { startMongo } from '../../src/playground/mongo/server.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A server on a free port of this machine, gone after the test. */
async function listening(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    answer(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A name server that knows no name, asked instead of this machine's own. */
async function nameServerOfNothing(): Promise<void> {
  const server = createSocket('udp4', (query, { port, address }) => {
    const reply = Buffer.from(query)
    reply.writeUInt16BE(0x81_83, 2)
    server.send(reply, port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const usual = dns.getServers()
  dns.setServers([`127.0.0.1:${server.address().port}`])
  cleanups.push(() => {
    dns.setServers(usual)
    server.close()
  })
}

const SHORT = 'serverSelectionTimeoutMS=300&connectTimeoutMS=300&socketTimeoutMS=300'
/** Enough for a busy machine to begin; only an answer is not waited for long. */
const PATIENT = 'serverSelectionTimeoutMS=20000&connectTimeoutMS=20000&socketTimeoutMS=2000'

describe('a database that cannot be reached', () => {
  test('because no name server knows its host is said to be unreachable, not to be a bug', async () => {
    await nameServerOfNothing()
    const opening = Database.open({ uri: 'mongodb+srv://user:canary@cluster0.nowhere.example/platform' })
    await expect(opening).rejects.toMatchObject({
      code: 'MONGO_UNREACHABLE',
      message: 'MongoDB at cluster0.nowhere.example could not be reached.',
      cause: { code: 'ENOTFOUND' },
    })
  })

  test('because nobody listens there is said to be unreachable', async () => {
    const uri = `mongodb://127.0.0.1:1/platform?${SHORT}`
    await expect(Database.open({ uri })).rejects.toMatchObject({ code: 'MONGO_UNREACHABLE' })
  })

  test('because it accepts and never answers is given up after the time that the URI allows', async () => {
    const port = await listening((socket) => socket.resume())
    const opening = Database.open({ uri: `mongodb://127.0.0.1:${port}/platform?${SHORT}`, patienceMs: 600_000 })
    await expect(opening).rejects.toMatchObject({ code: 'MONGO_UNREACHABLE' })
  })

  test('because it stopped answering after a good start ends the question in hand', async () => {
    const mongo = await startMongo()
    cleanups.push(() => mongo.close())
    const { hostname, port } = new URL(mongo.uri)
    const port2 = await listening((socket) => {
      const behind = connect(Number(port), hostname, () => behind.pipe(socket))
      behind.on('error', () => socket.destroy())
      socket.on('close', () => behind.destroy())
      socket.on('data', (data) => {
        if (!data.includes('participants')) behind.write(data)
      })
    })
    const database = await Database.open({
      uri: `mongodb://127.0.0.1:${port2}/platform?directConnection=true&${PATIENT}`,
    })
    cleanups.push(() => database.close())
    await expect(new Participants(database).count({})).rejects.toMatchObject({ code: 'MONGO_UNREACHABLE' })
  })

  test('waits a minute for an answer unless the URI says otherwise', async () => {
    const mongo = await startMongo()
    cleanups.push(() => mongo.close())
    const database = await Database.open({ uri: new URL('/platform', mongo.uri).href })
    cleanups.push(() => database.close())
    expect(database.client?.options).toMatchObject({ socketTimeoutMS: 60_000, serverSelectionTimeoutMS: 5_000 })
  })
})

test('a file of certificates that the URI names and that is not there is a mistake of the URI', async () => {
  const uri = 'mongodb://127.0.0.1:1/platform?tls=true&tlsCAFile=/nowhere/ca.pem'
  await expect(Database.open({ uri })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: 'MONGODB_URI names a file that cannot be read: /nowhere/ca.pem (ENOENT).',
  })
})
