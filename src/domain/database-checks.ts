import { clockCheck, failOf, pass, warn, fail, type Judged } from './check.js'
import type { DatabaseReading, DoctorPolicy, SampleReading } from './doctor-facts.js'
import { KEPT_THINGS, keptUntil } from './retention.js'

/** The names of what `databaseChecks` looks at, in its order. */
export const DATABASE_CHECKS = ['database', 'right database', 'database rights', 'retention', 'database clock'] as const

/** What a database is like that answers. */
export function databaseChecks(found: DatabaseReading, retention: DoctorPolicy['retention']): Judged[] {
  const { name, host, hasPeople, hasEvents, others, skewMs, writing, bareCollections } = found
  return [
    pass(`${host} answers.`),
    hasPeople || hasEvents
      ? pass(`"${name}" has ${hasPeople ? 'participants' : 'events, and nobody has registered yet'}.`)
      : fail(`"${name}" has no participants and no events.`, wrongDatabaseFix(others), 4),
    writing === undefined ? pass('a document of our own was written and removed.') : failOf(writing),
    retentionCheck(bareCollections, retention),
    clockCheck('the server', skewMs),
  ]
}

function wrongDatabaseFix(others: readonly string[]): string {
  if (others.length === 0) return 'Check the host in MONGODB_URI: no database there has participants.'
  return `Put one of these at the end of MONGODB_URI: ${others.join(', ')}`
}

/** What ends by itself, those of one time together; or what does not. */
function retentionCheck(bareCollections: readonly string[], retention: DoctorPolicy['retention']): Judged {
  if (bareCollections.length > 0) {
    const lack = bareCollections.length === 1 ? 'has no index that ends' : 'have no index that ends'
    return warn(`${bareCollections.join(', ')} ${lack} what is old: it stays.`, 'The next run makes it: mh-sf nightly')
  }
  const times = new Map<string, string[]>()
  for (const kept of KEPT_THINGS.filter(({ ends }) => 'by' in ends)) {
    const until = keptUntil(kept, retention)
    times.set(until, [...(times.get(until) ?? []), kept.where.replace(/^salesforce_/u, '')])
  }
  return pass(`${[...times].map(([until, names]) => `${names.join(', ')}: ${until}`).join('; ')}.`)
}

/** The names of what `sampleChecks` looks at. */
export const SAMPLE_CHECKS = ['participants', 'addresses'] as const

/** What the latest participants are like. */
export function sampleChecks({ looked, unreadable, badAddresses, withoutEvent }: SampleReading): Judged[] {
  const none = 'there is nobody yet.'
  if (looked === 0) return [pass(none), pass(none)]
  const readable = looked - unreadable
  return [
    unreadable > 0
      ? warn(
          `${unreadable} of the latest ${looked} documents are no participants: their _id is no ObjectId.`,
          'Have a look at what writes to "participants"; those are left out.',
        )
      : pass(
          `the latest ${looked} can be read${withoutEvent > 0 ? `; ${withoutEvent} are registered for no event` : ''}.`,
        ),
    badAddresses * 10 > readable
      ? warn(
          `${badAddresses} of the latest ${readable} cannot be found by their address.`,
          'They are parked when a backfill meets them: mh-sf review list',
        )
      : pass(`${badAddresses} of the latest ${readable} are not usable.`),
  ]
}
