import { createServer } from 'node:http'
import { createEnricher } from 'mh-sf'
import mongoose, { Schema } from 'mongoose'

// A platform for `npm run bench:pressure`: one process with Mongoose that registers whoever is posted to it, and enriches
// them by the library: not at all (/none), before the reply (/awaited), or after it (/after).
const participant = {
  userId: Schema.Types.ObjectId,
  email: { type: String, required: true, unique: true, lowercase: true },
  name: String,
  registeredEvents: [{ eventId: Schema.Types.ObjectId, registrationDate: Date, status: String }],
}
const { connection } = await mongoose.connect(process.env.MONGODB_URI, { autoIndex: false })
const Participant = connection.model('Participant', new Schema(participant, { timestamps: true }))
const enricher = createEnricher({ db: connection.db })
const answers = {}

async function register(email) {
  const eventId = new mongoose.Types.ObjectId('680000000000000000000001')
  const person =
    (await Participant.findOne({ email })) ?? new Participant({ userId: eventId, email, name: 'Ada Okafor' })
  person.registeredEvents.push({ eventId, registrationDate: new Date(), status: 'registered' })
  await person.save()
  return person._id
}

async function enrich(id) {
  const answer = await enricher.enrich(id)
  const what = answer.status === 'queued' ? `queued: ${answer.reason}` : answer.status
  answers[what] = (answers[what] ?? 0) + 1
}

// What only the first call of a process has to do: load, log in, ask for the fields.
await enricher.enrich(await register('first@example.org'), { timeoutMs: 30_000 })

const server = createServer((request, response) => {
  const [, manner, email = ''] = request.url.split('/')
  void register(decodeURIComponent(email)).then(async (id) => {
    if (manner === 'awaited') await enrich(id)
    response.end('registered')
    if (manner === 'after') await enrich(id)
  })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', async () => {
  await enricher.close()
  await connection.close()
  process.send({ answers }, () => process.exit(0))
})
