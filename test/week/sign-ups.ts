import mongoose, { Schema, type Connection, type Model } from 'mongoose'
import type { Row, Store } from '../../src/playground/org/store.js'

interface Participant {
  userId: mongoose.Types.ObjectId
  email: string
  name: string
  registeredEvents: { eventId: mongoose.Types.ObjectId; registrationDate: Date; status: string }[]
  salesforce?: { syncStatus: string }
}

/* The fields of the platform's schema that a sign-up fills (platform.md). */
const fields: Record<string, unknown> = {
  userId: { type: Schema.Types.ObjectId, required: true },
  email: { type: String, required: true, unique: true, lowercase: true },
  name: { type: String, required: true },
  registeredEvents: [{ eventId: Schema.Types.ObjectId, registrationDate: Date, status: String }],
  salesforce: { syncStatus: String },
}
const schema = new Schema<Participant>(fields, { timestamps: true })

/** Somebody who signed up, and the record that the org has of them, if it has one. */
export interface SignedUp {
  email: string
  eventId: string
  record?: Row
}

/** Each day so many whom the org knows as a Contact, as a Lead, and not at all. */
const DAILY = { Contact: 4, Lead: 3, nobody: 5 }

/** People who sign up, day by day, through the platform's own Mongoose. */
export class SignUps {
  /** All of them so far. */
  readonly all: SignedUp[] = []
  readonly #known: Record<'Contact' | 'Lead', Row[]>

  private constructor(
    private readonly connection: Connection,
    private readonly people: Model<Participant>,
    store: Store,
    taken: ReadonlySet<string>,
  ) {
    this.#known = { Contact: strangers('Contact', store, taken), Lead: strangers('Lead', store, taken) }
  }

  static async open(uri: string, store: Store): Promise<SignUps> {
    const connection = await mongoose.createConnection(uri, { autoIndex: false }).asPromise()
    const people = connection.model<Participant>('Participant', schema)
    // Another tool imported some that are no text.
    const emails: unknown[] = await people.distinct('email')
    return new SignUps(connection, people, store, new Set(emails.map((email) => String(email).toLowerCase())))
  }

  /** A day's sign-ups, for these events in turn; every other one is left pending, as a sign-up does that was not answered in time. */
  async day(number: number, at: Date, eventIds: readonly string[]): Promise<SignedUp[]> {
    const records = [...this.#known.Contact.splice(0, DAILY.Contact), ...this.#known.Lead.splice(0, DAILY.Lead)]
    const unknown = Array.from({ length: DAILY.nobody }, (_, who) => `new-${number}-${who}@nowhere.example`)
    const come = [
      ...records.map((record) => ({ email: String(record['Email']).toLowerCase(), record })),
      ...unknown.map((email) => ({ email })),
    ].map((each, turn) => ({ ...each, eventId: eventIds[turn % eventIds.length] ?? '' }))
    for (const [turn, { email, eventId }] of come.entries()) {
      const registration = { eventId: new mongoose.Types.ObjectId(eventId), registrationDate: at, status: 'registered' }
      await this.people.create({
        userId: new mongoose.Types.ObjectId(),
        email,
        name: 'Ada Okafor',
        registeredEvents: [registration],
        ...(turn % 2 === 0 ? { salesforce: { syncStatus: 'pending' } } : {}),
      })
    }
    this.all.push(...come)
    return come
  }

  async close(): Promise<void> {
    await this.connection.close()
  }
}

/** Records whose address nobody else has, here or there: who they are is beyond doubt. */
function strangers(object: 'Contact' | 'Lead', store: Store, taken: ReadonlySet<string>): Row[] {
  const times = new Map<string, number>()
  const rows = [...store.scan('Contact'), ...store.scan('Lead')]
  for (const row of rows) times.set(emailOf(row), (times.get(emailOf(row)) ?? 0) + 1)
  return [...store.scan(object)].filter(
    (row) =>
      /^[\w.+-]+@[\w.-]+\.\w+$/u.test(emailOf(row)) &&
      times.get(emailOf(row)) === 1 &&
      !taken.has(emailOf(row)) &&
      row['IsConverted'] !== true &&
      !row.IsDeleted,
  )
}

function emailOf(row: Row): string {
  return String(row['Email'] ?? '').toLowerCase()
}
