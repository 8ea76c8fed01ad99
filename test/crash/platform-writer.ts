import mongoose, { Schema, type Connection, type Model } from 'mongoose'
import { DOCK, EVENTS, HARBOUR } from './scene.js'

interface Registered {
  _id?: mongoose.Types.ObjectId
  eventId: mongoose.Types.ObjectId
  registrationDate: Date
  status: 'registered' | 'attended' | 'no_show'
}

interface Participant {
  email: string
  registeredEvents: Registered[]
  customResponses: Map<string, unknown>
}

/* The fields of the platform's schema that change after somebody has registered (platform.md). */
const fields: Record<string, unknown> = {
  email: { type: String, required: true, unique: true, lowercase: true },
  registeredEvents: [{ eventId: Schema.Types.ObjectId, registrationDate: Date, status: String }],
  customResponses: { type: Map, of: Schema.Types.Mixed },
}
const schema = new Schema<Participant>(fields, { timestamps: true })

/** One change of the platform to somebody: an answer always, and one of the others. */
export interface Write {
  email: string
  answer: string
  does: 'answers' | 'registers' | 'comes'
}

const PEOPLE = ['ana', 'ben', 'cleo', 'dan', 'finn', 'hal', 'kim'].map((name) => `${name}@harbour.example`)
const DOES = ['answers', 'registers', 'comes'] as const
const REGISTERED = new Date('2026-03-01T12:00:00Z')

/** The platform at work: finds a participant, changes it, saves it, as its pages do, by its own Mongoose. */
export class PlatformWriter {
  /** In the order in which they were acknowledged. */
  readonly writes: Write[] = []

  private constructor(
    private readonly connection: Connection,
    private readonly people: Model<Participant>,
  ) {}

  static async connect(uri: string): Promise<PlatformWriter> {
    const connection = await mongoose.createConnection(uri, { autoIndex: false }).asPromise()
    return new PlatformWriter(connection, connection.model<Participant>('Participant', schema))
  }

  /** Goes on until the work is done; at least once for everybody. */
  async during<T>(work: Promise<T>): Promise<T> {
    const working = { isOver: false }
    const done = work.finally(() => (working.isOver = true))
    for (let at = 0; !working.isOver || at < PEOPLE.length * DOES.length; at += 1) {
      const email = PEOPLE[at % PEOPLE.length] ?? ''
      await this.write({
        email,
        answer: `a${at}`,
        does: DOES[Math.floor(at / PEOPLE.length) % DOES.length] ?? 'answers',
      })
    }
    return done
  }

  async write(change: Write): Promise<void> {
    const person = await this.people.findOne({ email: change.email }).orFail()
    person.customResponses.set(change.answer, 'yes')
    const own = (slug: string) => person.registeredEvents.find(({ eventId }) => eventId.equals(EVENTS[slug] ?? ''))
    const harbour = own(HARBOUR)
    if (change.does === 'comes' && harbour) harbour.status = 'attended'
    if (change.does === 'registers' && !own(DOCK)) {
      const eventId = new mongoose.Types.ObjectId(EVENTS[DOCK]?.toHexString())
      // Its own id is the event's, so that it is the same whenever it is told again.
      person.registeredEvents.push({ _id: eventId, eventId, registrationDate: REGISTERED, status: 'registered' })
    }
    await person.save()
    this.writes.push(change)
  }

  /** Writes that are not to be seen any more. */
  async lost(): Promise<Write[]> {
    const people = new Map((await this.people.find().lean()).map((person) => [person.email, person]))
    const answered = (email: string) => new Set(Object.keys(people.get(email)?.customResponses ?? {}))
    const registration = (email: string, slug: string) =>
      people.get(email)?.registeredEvents.find(({ eventId }) => eventId.equals(EVENTS[slug] ?? ''))
    return this.writes.filter(({ email, answer, does }) => {
      if (!answered(email).has(answer)) return true
      if (does === 'comes') return registration(email, HARBOUR)?.status !== 'attended'
      return does === 'registers' && !registration(email, DOCK)
    })
  }

  close(): Promise<void> {
    return this.connection.close()
  }
}
