import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MongoClient, type Db, type Document } from 'mongodb'
import { startStandIns, type StandIns } from '../../src/playground/stand-ins.js'
import { aUser, type User } from './cli.js'

/** When the story is told: nothing in it is later. */
export const NOW = new Date('2026-11-02T09:00:00Z')
export const DATABASE = 'hackathon-platform'

export interface World {
  org: StandIns['org']
  db: Db
  user: User
  /** Another user of the same org and database, with some settings changed. */
  another: (environment?: Record<string, string>) => User
  close: () => Promise<void>
}

/** The story in both stand-ins, in this process so that faults can be armed, and a user whose environment reaches them. */
export async function aWorld({
  participants = 120,
  seed = 'mongohacks',
  orgId,
}: { participants?: number; seed?: string; orgId?: string } = {}): Promise<World> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const consumer = {
    clientId: 'story-client',
    clientSecret: 'story-secret',
    username: 'story@mongohacks.example',
    publicKey,
    approved: true,
  }
  const standIns = await startStandIns({ participants, seed, now: NOW, database: DATABASE, consumer, orgId })
  const mongoUri = standIns.mongo?.uri ?? ''
  const users: User[] = []
  const another = (environment: Record<string, string> = {}) => {
    const settings = {
      MONGODB_URI: mongoUri,
      SF_LOGIN_URL: standIns.org.url,
      SF_CLIENT_ID: consumer.clientId,
      SF_USERNAME: consumer.username,
    }
    const user = aUser({ ...settings, SF_PRIVATE_KEY_PATH: 'server.key', ...environment })
    writeFileSync(join(user.home, 'server.key'), privateKey, { mode: 0o600 })
    users.push(user)
    return user
  }
  const client = await MongoClient.connect(mongoUri)
  const close = async () => {
    for (const user of users) user.forget()
    await client.close()
    await standIns.close()
  }
  return { org: standIns.org, db: client.db(), user: another(), another, close }
}

/** All participants by id, for comparing before and after; the stamps of the sync aside. */
export async function participantsOf(db: Db): Promise<Map<string, Document>> {
  const documents = await db.collection('participants').find().sort({ _id: 1 }).toArray()
  for (const { salesforce } of documents as Document[]) {
    if (typeof salesforce === 'object' && salesforce !== null) delete (salesforce as Document).lastSyncedAt
  }
  return new Map(documents.map((document) => [String(document._id), document]))
}
