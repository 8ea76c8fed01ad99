import { enricher } from './enricher.js'
import { connectToDatabase } from './mongodb.js'
import { Participant } from './participant.js'

interface Form {
  userId: string
  email: string
  name: string
}

/** POST /api/events/[eventId]/register */
export async function POST(request: Request, { params }: { params: Promise<{ eventId: string }> }) {
  const { eventId } = await params
  const { userId, email, name } = (await request.json()) as Form
  await connectToDatabase()

  // Saved first: from here on they are registered, whatever becomes of the rest.
  const known = await Participant.findOne({ email: email.toLowerCase() })
  const participant = known ?? new Participant({ userId, email, name })
  if (!participant.registeredEvents.some((registered) => String(registered.eventId) === eventId)) {
    participant.registeredEvents.push({ eventId, status: 'registered' })
  }
  await participant.save()

  // Never throws, and takes two seconds at the most; whom it could not look up a worker does.
  const answer = await enricher.enrich(participant._id)
  if (answer.status === 'failed') console.error(`not looked up: ${answer.reason}: ${answer.message}`)

  const isExistingCustomer = answer.status === 'enriched' ? answer.isExistingCustomer : undefined
  return Response.json({ participantId: String(participant._id), isExistingCustomer }, { status: 201 })
}
