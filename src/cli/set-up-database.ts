import type { App } from '../app/app.js'
import { MhError } from '../errors.js'
import { eventLabel } from '../domain/event.js'
import { Database } from '../mongo/database.js'
import { listEvents } from '../mongo/events.js'
import { databaseOf, foundDatabases, isMongoUri, withDatabase } from '../mongo/found-databases.js'
import { errorText } from '../render/error.js'
import { plural } from '../render/printable.js'
import type { Conversation } from './conversation.js'
import { questionOf } from './set-up-questions.js'

/** Where the platform's is, if nobody says otherwise (platform.md). */
const USUAL_NAME = 'hackathon-platform'
const PATIENCE_MS = 8_000
const EVENTS_SHOWN = 5

/**
 * The connection string of the platform's database, as it was found there. At a terminal what cannot be reached, or is another database,
 * is told and asked for again. Throws what the database throws, and MONGO_WRONG_DATABASE.
 */
export async function askDatabase(app: App, talk: Conversation, tell: (line: string) => void): Promise<string> {
  const given = talk.given('mongodb-uri')
  if (given !== undefined && isMongoUri(given).hasPassword)
    throw new MhError(
      'USAGE',
      '--mongodb-uri has a password in it, and a flag is visible in the process list.',
      'Set MONGODB_URI in the environment instead.',
    )
  for (;;) {
    const address = await talk.text(questionOf('mongodb-uri', app.settings))
    try {
      return await foundThere(address, talk, tell)
    } catch (error) {
      if (!talk.asks || given !== undefined || !(error instanceof MhError) || error.code === 'INTERRUPTED') throw error
      tell(errorText(error))
    }
  }
}

async function foundThere(address: string, talk: Conversation, tell: (line: string) => void): Promise<string> {
  const database = await Database.open({
    uri: databaseOf(address) === undefined ? withDatabase(address, USUAL_NAME) : address,
    patienceMs: PATIENCE_MS,
  })
  try {
    const name = await databaseName(database, address, talk)
    const uri = name === databaseOf(address) ? address : withDatabase(address, name)
    await tellEvents(uri, tell)
    return uri
  } finally {
    await database.close()
  }
}

async function databaseName(database: Database, address: string, talk: Conversation): Promise<string> {
  const found = await foundDatabases(database)
  const platforms = (found ?? []).filter(({ hasPeople, hasEvents }) => hasPeople || hasEvents)
  const now = databaseOf(address)
  const question = { flag: 'database', asks: 'Which database', now, byDefault: platforms[0]?.name ?? USUAL_NAME }
  const choices = (found ?? []).map(({ name, hasPeople, hasEvents }) => {
    const has = [...(hasPeople ? ['participants'] : []), ...(hasEvents ? ['events'] : [])]
    return { name: `${name}${has.length > 0 ? `: has ${has.join(' and ')}` : ''}`, value: name }
  })
  return choices.length > 0 ? talk.choice(question, choices, 'another one…') : talk.text(question)
}

async function tellEvents(uri: string, tell: (line: string) => void): Promise<void> {
  const database = await Database.open({ uri, patienceMs: PATIENCE_MS })
  try {
    const events = await listEvents(database)
    if (events.length === 0 && !(await database.hasPeople())) throw await database.looksWrong()
    tell(
      `${plural(events.length, 'event')} in "${database.db.databaseName}"${events.length > 0 ? ', the latest:' : ''}`,
    )
    for (const event of events.slice(0, EVENTS_SHOWN))
      tell(`  ${eventLabel(event)}${event.status === undefined ? '' : `, ${event.status}`}`)
  } finally {
    await database.close()
  }
}
