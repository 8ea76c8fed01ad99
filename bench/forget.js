import { parseArgs } from 'node:util'
import { performance } from 'node:perf_hooks'
import { ObjectId } from 'mongodb'
import { Database } from '../dist/mongo/database.js'
import { readPersonDocuments } from '../dist/mongo/person-documents.js'
import { PersonTraces } from '../dist/mongo/person-traces.js'
import { Runs } from '../dist/mongo/runs.js'
import { startMongo } from '../dist/playground/mongo/server.js'

// How long it takes to find one person among many: npm run bench:forget -- [--lines N] [--people N] [--mongo-uri URI]
const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '500000' },
    people: { type: 'string', default: '50000' },
    'mongo-uri': { type: 'string' },
  },
})
const [LINES, PEOPLE, AT_ONCE] = [Number(values.lines), Number(values.people), 2_000]

const participant = (at) => new ObjectId(String(at).padStart(24, '0'))
const contact = (at) => `0035d0${String(at).padStart(9, '0')}AAA`

function line(at) {
  const who = at % PEOPLE
  return {
    object: 'CampaignMember',
    action: 'insert',
    key: `7015d0000000001AAA/${contact(who)}`,
    after: { CampaignId: '7015d0000000001AAA', ContactId: contact(who), Status: 'Registered' },
    participantIds: [participant(who).toHexString()],
  }
}

async function fill(database) {
  const runs = new Runs(database, 90)
  const head = { id: 'bench', command: 'bench', arguments: [], user: 'u', host: 'h', pid: 1, version: '0' }
  await runs.begin(head, [], new Date())
  for (let first = 0; first < LINES; first += AT_ONCE) {
    const drafts = Array.from({ length: Math.min(AT_ONCE, LINES - first) }, (_, at) => line(first + at))
    await runs.intend('bench', first, drafts, new Date())
  }
  const people = database.db.collection('participants')
  await people.createIndex({ email: 1 }, { unique: true })
  for (let first = 0; first < PEOPLE; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, PEOPLE - first) }, (_, at) => ({
      _id: participant(first + at),
      email: `person.${first + at}@engines.example`,
      name: 'A Person',
    }))
    await people.insertMany(some)
  }
}

async function timed(what, work) {
  const started = performance.now()
  const found = await work()
  process.stdout.write(`${what}: ${found} in ${(performance.now() - started).toFixed(1)} ms\n`)
}

const engine = values['mongo-uri'] === undefined ? await startMongo() : undefined
const server = new URL(engine?.uri ?? values['mongo-uri'])
server.pathname = '/mh_sf_bench_forget'
const database = await Database.open({ uri: server.href })
await database.db.dropDatabase()
await fill(database)
const traces = new PersonTraces(database)
const nobody = { emails: [], participantIds: [], recordIds: [] }
const someone = { ...nobody, participantIds: [participant(7).toHexString()], recordIds: [contact(7)] }
await timed('documents under any spelling of an address', async () => {
  return (await readPersonDocuments(database, { ...nobody, emails: ['person.7@engines.example'] })).length
})
await timed('lines by participant', () => traces.count(traces.lines({ ...someone, recordIds: [] })))
await timed('lines by record', () => traces.count(traces.lines({ ...someone, participantIds: [] })))
await timed('lines by either', () => traces.count(traces.lines(someone)))
await timed('lines masked', async () => {
  await traces.maskLines(someone, 'tag')
  return LINES / PEOPLE
})
await database.db.dropDatabase()
await database.close()
await engine?.close()
