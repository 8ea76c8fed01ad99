import mongoose, { Schema, type Connection } from 'mongoose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines, useDatabase } from '../../support/engines.js'

interface Registration {
  eventId: mongoose.Types.ObjectId
  registrationDate?: Date
  status?: 'registered' | 'attended' | 'no_show'
}

interface Participant {
  userId: mongoose.Types.ObjectId
  email: string
  name: string
  skills: string[]
  skillsEmbedding?: number[]
  registeredEvents: Registration[]
  customResponses?: Map<string, unknown>
  teamId: mongoose.Types.ObjectId | null
  deletedAt?: Date
  updatedAt: Date
}

interface PlatformEvent {
  name: string
  landingPage?: { slug?: string; published?: boolean }
}

/* The fields of the platform's schemas: see platform.md. */

const registrationFields: Record<string, unknown> = {
  eventId: { type: Schema.Types.ObjectId, ref: 'Event', required: true },
  registrationDate: { type: Date, default: Date.now },
  status: { type: String, enum: ['registered', 'attended', 'no_show'], default: 'registered' },
}

const participantFields: Record<string, unknown> = {
  userId: { type: Schema.Types.ObjectId, ref: 'User', required: true },
  email: { type: String, required: true, unique: true, lowercase: true },
  name: { type: String, required: true },
  skills: [String],
  skillsEmbedding: { type: [Number], select: false },
  registeredEvents: [registrationFields],
  customResponses: { type: Map, of: Schema.Types.Mixed },
  teamId: { type: Schema.Types.ObjectId, default: null },
  deletedAt: Date,
}

const eventFields: Record<string, unknown> = {
  name: { type: String, required: true },
  landingPage: { slug: { type: String, unique: true, sparse: true }, published: Boolean },
}

const participantSchema = new Schema<Participant>(participantFields, { timestamps: true })
participantSchema.index({ 'registeredEvents.eventId': 1 })
const eventSchema = new Schema<PlatformEvent>(eventFields, { timestamps: true })

describe.each(engines())('The platform’s Mongoose on $name', (engine) => {
  const database = useDatabase(engine, 'mongoose')
  let connection: Connection
  const participants = () => connection.model<Participant>('Participant', participantSchema)
  const events = () => connection.model<PlatformEvent>('Event', eventSchema)

  beforeAll(async () => {
    const uri = new URL(database.uri)
    uri.pathname = database.name
    connection = await mongoose.createConnection(uri.href).asPromise()
    await Promise.all([participants().init(), events().init()])
  })

  afterAll(async () => {
    await connection.close()
  })

  function person(email: string): Partial<Participant> {
    return { userId: new mongoose.Types.ObjectId(), email, name: 'Some Person' }
  }

  test('makes the indexes of its schemas', async () => {
    const names = (await participants().listIndexes()).map(({ name }: { name: string }) => name)
    expect(names.sort()).toEqual(['_id_', 'email_1', 'registeredEvents.eventId_1'])
  })

  test('registers quickly: finds, pushes, saves', async () => {
    const event = await events().create({ name: 'Spring', landingPage: { slug: 'spring-2026', published: true } })
    await participants().create(person('Quick@Example.com'))
    const found = await participants().findOne({ email: 'quick@example.com' }).orFail()
    found.registeredEvents.push({ eventId: event._id })
    await found.save()
    const registered = await participants().find({ 'registeredEvents.eventId': event._id, deletedAt: null }).lean()
    expect(registered).toMatchObject([
      { email: 'quick@example.com', __v: 1, registeredEvents: [{ eventId: event._id, status: 'registered' }] },
    ])
    expect(registered[0]?.registeredEvents[0]?.registrationDate).toBeInstanceOf(Date)
  })

  test('registers in full, in a transaction over three collections, or not at all', async () => {
    const users = connection.collection('users')
    const event = await events().create({ name: 'Summer' })
    const registerInFull = (email: string, fails = false): Promise<unknown> =>
      connection.transaction(async (session) => {
        await users.insertOne({ email, role: 'participant' }, { session })
        const [made] = await participants().create([person(email)], { session })
        made?.registeredEvents.push({ eventId: event._id })
        await made?.save({ session })
        await events().updateOne({ _id: event._id }, { $set: { name: `Summer of ${email}` } }, { session })
        if (fails) throw new Error('the mail did not go out')
      })
    await registerInFull('full@example.com')
    await expect(registerInFull('half@example.com', true)).rejects.toThrow('the mail did not go out')
    expect(await users.distinct('email')).toEqual(['full@example.com'])
    expect(await participants().countDocuments({ 'registeredEvents.eventId': event._id })).toBe(1)
    expect(await events().findById(event._id)).toMatchObject({ name: 'Summer of full@example.com' })
  })

  test('registers many at once, each in a transaction, and counts every one', async () => {
    const event = await events().create({ name: '0' })
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        connection.transaction(async (session) => {
          const found = await events().findById(event._id).session(session).orFail()
          await participants().create([person(`at-once-${String(i)}@example.com`)], { session })
          found.name = String(Number(found.name) + 1)
          await found.save({ session })
        }),
      ),
    )
    expect(await events().findById(event._id)).toMatchObject({ name: '8' })
    expect(await participants().countDocuments({ email: /^at-once/ })).toBe(8)
  })

  test('saves beside what others have added, and loses none of it', async () => {
    const made = await participants().create(person('beside@example.com'))
    await database.db
      .collection('participants')
      .updateOne({ _id: made._id }, { $set: { 'salesforce.contactId': '003x' } })
    made.set('customResponses', new Map([['65f000000000000000000001', { company: 'Acme' }]]))
    made.registeredEvents.push({ eventId: new mongoose.Types.ObjectId() })
    await made.save()
    const stored = await database.db.collection('participants').findOne({ _id: made._id })
    expect(stored).toMatchObject({
      salesforce: { contactId: '003x' },
      customResponses: { '65f000000000000000000001': { company: 'Acme' } },
    })
    expect(stored?.registeredEvents).toHaveLength(1)
  })

  test('refuses a save that is older than the array it changes', async () => {
    const made = await participants().create({
      ...person('versions@example.com'),
      registeredEvents: [{ eventId: new mongoose.Types.ObjectId() }, { eventId: new mongoose.Types.ObjectId() }],
    })
    const first = await participants().findById(made._id).orFail()
    const second = await participants().findById(made._id).orFail()
    first.registeredEvents.splice(0, 1)
    await first.save()
    const stale = second.registeredEvents[1]
    if (stale) stale.status = 'attended'
    await expect(second.save()).rejects.toThrow(mongoose.Error.VersionError)
  })

  test('marks a registration as attended by its position', async () => {
    const eventId = new mongoose.Types.ObjectId()
    const made = await participants().create({ ...person('attended@example.com'), registeredEvents: [{ eventId }] })
    const filter = { _id: made._id, 'registeredEvents.eventId': eventId }
    await participants().updateOne(filter, { $set: { 'registeredEvents.$.status': 'attended' } })
    const after = await participants().findById(made._id).orFail()
    expect(after.registeredEvents[0]?.status).toBe('attended')
    expect(after.updatedAt.getTime()).toBeGreaterThanOrEqual(made.updatedAt.getTime())
  })

  test('deletes softly', async () => {
    const made = await participants().create(person('gone@example.com'))
    made.deletedAt = new Date()
    await made.save()
    expect(await participants().findOne({ email: 'gone@example.com', deletedAt: null })).toBeNull()
    expect(await participants().countDocuments({ deletedAt: { $ne: null } })).toBe(1)
  })

  test('is told of an address that is taken', async () => {
    await participants().create(person('taken@example.com'))
    await expect(participants().create(person('TAKEN@example.com'))).rejects.toMatchObject({
      code: 11000,
      keyPattern: { email: 1 },
      keyValue: { email: 'taken@example.com' },
    })
  })

  test('leaves embeddings out, populates references and goes through a cursor', async () => {
    const event = await events().create({ name: 'Autumn' })
    await participants().insertMany(
      Array.from({ length: 250 }, (_, i) => ({
        ...person(`many${String(i)}@example.com`),
        skillsEmbedding: [0.5, 1, 2],
        registeredEvents: [{ eventId: event._id }],
      })),
    )
    const one = await participants()
      .findOne({ 'registeredEvents.eventId': event._id })
      .populate('registeredEvents.eventId')
      .orFail()
    expect(one.skillsEmbedding ?? []).toHaveLength(0)
    expect(one.registeredEvents[0]?.eventId).toMatchObject({ name: 'Autumn' })
    let seen = 0
    for await (const document of participants()
      .find({ 'registeredEvents.eventId': event._id })
      .cursor({ batchSize: 60 })) {
      seen += document.email.startsWith('many') ? 1 : 0
    }
    expect(seen).toBe(250)
    const counted = await participants().aggregate<{ _id: unknown; people: number }>([
      { $unwind: '$registeredEvents' },
      { $match: { 'registeredEvents.eventId': event._id } },
      { $group: { _id: '$registeredEvents.eventId', people: { $sum: 1 } } },
    ])
    expect(counted).toEqual([{ _id: event._id, people: 250 }])
  })

  test('writes in bulk and upserts', async () => {
    const result = await participants().bulkWrite([
      { updateOne: { filter: { email: 'many1@example.com' }, update: { $addToSet: { skills: 'js' } } } },
      { updateOne: { filter: { email: 'new@example.com' }, update: { $set: { name: 'New' } }, upsert: true } },
    ])
    expect(result).toMatchObject({ modifiedCount: 1, upsertedCount: 1 })
    const made = await participants().findOneAndUpdate(
      { email: 'new@example.com' },
      { $inc: { __v: 1 } },
      { returnDocument: 'after' },
    )
    expect(made).toMatchObject({ name: 'New' })
  })
})
