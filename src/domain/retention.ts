/** How long what we keep is kept, beside runs and nights (`runs.keepDays`). */
export interface Retention {
  /** Answers of `lookup`. */
  cacheMinutes: number
  /** How many API calls we made, by the hour. */
  usageDays: number
  /** Who was given up on in the queue, unless somebody asks for them again. */
  deadDays: number
  /** How a rule of alerts stood when it was last judged. */
  alertDays: number
}

/** A report of a month needs the calls of a month; an answer is believed for 15 minutes (product.md §3). */
export const DEFAULT_RETENTION: Retention = { cacheMinutes: 15, usageDays: 35, deadDays: 90, alertDays: 90 }

/** What of people a thing holds that we keep. */
export type HoldsOfPeople = 'values' | 'ids' | 'hashes' | 'nothing'

/** A setting that says when something ends by itself. */
export type RetentionSetting = 'runs.keepDays' | `retention.${keyof Retention}`

/** What becomes of it when somebody is erased. */
export type OnErasure = 'removed' | 'masked' | 'stays'

/** Something that we keep: a collection of ours. */
export interface KeptThing {
  /** The name of the collection. */
  where: string
  what: string
  ofPeople: HoldsOfPeople
  /** By what it ends; a TTL index of the database sees to it where it is a setting. */
  ends: { by: RetentionSetting } | { when: string }
  onErasure: OnErasure
  /** Why nothing of it is in the copy that a person asks for; absent where what it holds of them is. */
  notInCopy?: string
}

/** Everything that we keep in the database beside the platform's documents, whoever writes it: nothing else is kept. */
export const KEPT_THINGS: readonly KeptThing[] = [
  thing('runs', 'what ran, when, how it ended', 'ids', { by: 'runs.keepDays' }, 'masked'),
  thing('run_lines', 'every change, with what was there before', 'values', { by: 'runs.keepDays' }, 'masked'),
  thing('nights', 'how nights came out', 'ids', { by: 'runs.keepDays' }, 'masked'),
  thing('lookup_cache', 'answers of lookup', 'values', { by: 'retention.cacheMinutes' }, 'removed'),
  thing('queue', 'who waits to be looked up', 'ids', { by: 'retention.deadDays' }, 'removed'),
  thing(
    'api_usage',
    'how many API calls we made',
    'nothing',
    { by: 'retention.usageDays' },
    'stays',
    'counts of calls',
  ),
  thing(
    'alerts',
    'how each rule of alerts stands',
    'nothing',
    { by: 'retention.alertDays' },
    'stays',
    'figures, and what operators said of them',
  ),
  thing('decisions', 'who somebody is, as a person decided', 'ids', { when: 'it is taken back' }, 'removed'),
  thing('leads', 'which Leads we made or make', 'ids', { when: 'their person is erased' }, 'removed'),
  thing('contacts', 'what we wrote to Contacts last', 'values', { when: 'their person is erased' }, 'removed'),
  thing('optouts', 'who is to be left alone', 'hashes', { when: 'they opt in' }, 'stays'),
  thing('keys', 'the key of those hashes', 'nothing', { when: 'never' }, 'stays', 'a secret of the installation'),
  thing('campaigns', 'which Campaigns are ours', 'nothing', { when: 'never' }, 'stays', 'events and their Campaigns'),
  thing('connections', 'when the org last answered', 'nothing', { when: 'never' }, 'stays', 'times and codes'),
  thing('org', 'which org the database belongs to', 'nothing', { when: 'never' }, 'stays', 'the id of the org'),
  thing('leases', 'who is at work now', 'nothing', { when: 'the run ends' }, 'stays', 'operators and their machines'),
]

/** How long each thing is kept under these settings, in words. */
export function keptUntil({ ends }: KeptThing, { keepDays, ...retention }: Retention & { keepDays: number }): string {
  if ('when' in ends) return ends.when === 'never' ? 'it stays' : `until ${ends.when}`
  if (ends.by === 'retention.cacheMinutes') return inWords(retention.cacheMinutes, 'minute')
  if (ends.by === 'retention.deadDays') return `${inWords(retention.deadDays, 'day')} after they were given up on`
  const days = {
    'runs.keepDays': keepDays,
    'retention.usageDays': retention.usageDays,
    'retention.alertDays': retention.alertDays,
  }
  return inWords(days[ends.by], 'day')
}

/** The collections whose documents a TTL index has to end. */
export const EXPIRING = KEPT_THINGS.filter(({ ends }) => 'by' in ends).map(({ where }) => where)

function thing(
  name: string,
  what: string,
  ofPeople: HoldsOfPeople,
  ends: KeptThing['ends'],
  onErasure: OnErasure,
  notInCopy?: string,
): KeptThing {
  const why = notInCopy === undefined ? {} : { notInCopy }
  return { where: `salesforce_${name}`, what, ofPeople, ends, onErasure, ...why }
}

function inWords(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
