import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { text } from '../dist/playground/org/fields.js'
import { startOrg } from '../dist/playground/org/org.js'
import { story } from '../dist/playground/story/story.js'

// The org of bench/playground.js in a process of its own: seeds it, tells how long that took, and its peak memory when asked.

/** Rows seeded between two turns of the event loop, as the playground itself does it. */
const BATCH = 2_000

/** Reserved for documentation (RFC 2606), and different for every contact. */
function* contacts(rows) {
  for (let at = 0; at < rows; at++) {
    yield {
      FirstName: `Given${at % 997}`,
      LastName: `Family${at}`,
      Email: `person.${at}@bench.example`,
      Title: 'Engineer',
      MailingCity: 'Lisbon',
      MailingCountry: 'Portugal',
      LeadSource: 'Web',
      Key__c: `seed-${at}`,
    }
  }
}

/** A story of so many contacts: 55 in a hundred participants are one, and there are as many strangers. */
function* storyContacts(rows) {
  const { org } = story({ participants: Math.round(rows / 1.1), now: new Date() })
  let left = rows
  for (const record of org.contacts) {
    if (left-- === 0) return
    yield record
  }
}

async function seed(org, records) {
  const started = performance.now()
  let rows = 0
  let batch = []
  for (const record of records) {
    if (batch.push(record) < BATCH) continue
    rows += org.load('Contact', batch)
    batch = []
    await setImmediate()
  }
  rows += org.load('Contact', batch)
  return { rows, ms: performance.now() - started }
}

/** What this process has used so far: seconds of processor time, and its peak memory. */
function usage() {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMegabytes: Math.round(maxRSS / 1024) }
}

const actions = {
  async start({ publicKey, clientId, username }) {
    const org = await startOrg({ consumer: { clientId, publicKey, username } })
    org.define('Contact', [text('Key__c', 'Key', 80, { externalId: true, unique: true })])
    actions.seed = ({ rows, kind }) => seed(org, kind === 'story' ? storyContacts(rows) : contacts(rows))
    return { url: org.url }
  },
  usage,
}

process.on('message', async ({ id, action, ...rest }) => {
  try {
    process.send({ id, ...(await actions[action](rest)) })
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) })
  }
})

process.on('disconnect', () => process.exit(0))
