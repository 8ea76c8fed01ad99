import mongoose, { Schema, type Types } from 'mongoose'

interface Registered {
  eventId: Types.ObjectId | string
  registrationDate?: Date
  status: 'registered' | 'attended' | 'no_show'
}

interface Person {
  userId: Types.ObjectId
  email: string
  name: string
  registeredEvents: Registered[]
}

/* The platform's own model, as far as a registration needs it. */
const fields: Record<string, unknown> = {
  userId: { type: Schema.Types.ObjectId, ref: 'User', required: true },
  email: { type: String, required: true, unique: true, lowercase: true },
  name: { type: String, required: true },
  registeredEvents: [
    {
      eventId: { type: Schema.Types.ObjectId, ref: 'Event', required: true },
      registrationDate: { type: Date, default: Date.now },
      status: { type: String, enum: ['registered', 'attended', 'no_show'], default: 'registered' },
    },
  ],
}

const schema = new Schema<Person>(fields, { timestamps: true })

export const Participant = mongoose.models.Participant
  ? mongoose.model<Person>('Participant')
  : mongoose.model<Person>('Participant', schema)
