import { createRequire } from 'node:module'
import mongoose9 from 'mongoose'
import type { PlatformDb, PlatformId } from '../../src/library/types.js'

type Mongoose = typeof mongoose9

/** Its types declare another module of the same name, so they cannot be had beside those of 9. */
const mongoose8 = createRequire(import.meta.url)('mongoose8') as Mongoose

/** The platform's side of a sign-up: its own Mongoose, with a driver of its own. */
export interface Platform {
  readonly db: PlatformDb
  /** Saves a participant as the platform does, and gives the id that its Mongoose made. */
  register(email: string): Promise<PlatformId>
  /** Whether its connection still answers. */
  answers(): Promise<boolean>
  close(): Promise<void>
}

interface Participant {
  userId: mongoose9.Types.ObjectId
  email: string
  name: string
  registeredEvents: { eventId: mongoose9.Types.ObjectId; status: string }[]
}

/* The schema of platform.md, as far as a registration fills it. */
const participant = (objectId: object): Record<string, unknown> => ({
  userId: { type: objectId, required: true },
  email: { type: String, required: true, unique: true, lowercase: true },
  name: { type: String, required: true },
  skillsEmbedding: { type: [Number], select: false },
  registeredEvents: [{ eventId: objectId, registrationDate: { type: Date, default: Date.now }, status: String }],
  deletedAt: Date,
})

async function connect({ Schema, Types, createConnection }: Mongoose, uri: string): Promise<Platform> {
  const connection = await createConnection(uri, { autoIndex: false }).asPromise()
  const schema = new Schema<Participant>(participant(Schema.Types.ObjectId), { timestamps: true })
  const model = connection.model<Participant>('Participant', schema)
  const { db } = connection
  if (!db) throw new Error('Mongoose has no connection')
  return {
    db,
    register: async (email) => {
      const registeredEvents = [{ eventId: new Types.ObjectId(), status: 'registered' }]
      return (await model.create({ userId: new Types.ObjectId(), email, name: 'Ada Okafor', registeredEvents }))._id
    },
    answers: async () => 'ok' in (await db.command({ ping: 1 })),
    close: () => connection.close(),
  }
}

/** The versions of Mongoose that a platform may have: with our driver's major version, and with the one before. */
export const PLATFORMS = [
  { name: 'Mongoose 9 (driver 7)', connect: (uri: string) => connect(mongoose9, uri) },
  { name: 'Mongoose 8 (driver 6)', connect: (uri: string) => connect(mongoose8, uri) },
] as const
