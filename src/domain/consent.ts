/**
 * Where somebody's consent to being contacted may be recorded (platform.md): `record` is `participants.salesforce.consent`,
 * `newsletter` is `users.notificationPreferences.newsletter`, `answer` is a question of a sign-up form.
 */
export type ConsentSource =
  | { by: 'record' }
  | { by: 'newsletter' }
  | {
      by: 'answer'
      /** Its key in `customResponses`, at the top or below an event's id. */
      question: string
      /** The answers that mean yes, compared without case; `true` always does. */
      values: readonly string[]
    }

/** What the platform holds about one participant's consent, with the time where it keeps one. */
export interface ConsentFacts {
  record?: { given: boolean; at?: Date; source?: string }
  newsletter?: { given: boolean; at?: Date }
  /** Every answer of every sign-up form. */
  answers: readonly Answer[]
}

/** One answer of a sign-up form; `at` is when the person registered for the event that asked. */
export interface Answer {
  question: string
  value: unknown
  at?: Date
}

/** A yes with where and when it was given, or why there is none. */
export type Consent =
  { given: true; source: string; at?: Date } | { given: false; why: 'no consent' | 'consent refused' }

/**
 * Whether somebody agreed. The sources are asked in their order, and the first yes counts; but a no that somebody gave
 * in so many words, in the record or as their latest answer, wins over a yes elsewhere. A newsletter that is off is the
 * platform's default and says nothing.
 */
export function consentOf(facts: ConsentFacts, sources: readonly ConsentSource[]): Consent {
  if (facts.record?.given === false) return { given: false, why: 'consent refused' }
  const said = sources.map((source) => saidIn(source, facts))
  if (said.includes('no')) return { given: false, why: 'consent refused' }
  const yes = said.find((each) => typeof each === 'object')
  return yes ? { given: true, ...yes } : { given: false, why: 'no consent' }
}

/**
 * What something needs of somebody's consent: nothing, that they did not refuse it, or that it is recorded. Opt-out is asked for
 * beside it, always.
 */
export type ConsentNeed = 'none' | 'not refused' | 'recorded'

/** What each way into the org needs; a Lead always needs a recorded one (product.md §5). */
export interface ConsentNeeds {
  member: ConsentNeed
  writeback: ConsentNeed
}

/** Where and when somebody agreed. */
export interface Evidence {
  source: string
  at?: Date
}

/** Whether somebody may go on, with the evidence where there is any. */
export type Gate = { open: true; evidence?: Evidence } | { open: false; why: 'no consent' | 'consent refused' }

/** Whether consent is as it is needed; of whom nothing can be read, nothing is recorded. */
export function gateOf(need: ConsentNeed, facts: ConsentFacts | undefined, sources: readonly ConsentSource[]): Gate {
  if (need === 'none') return { open: true }
  const consent = facts ? consentOf(facts, sources) : ({ given: false, why: 'no consent' } as const)
  if (consent.given) {
    const { source, at } = consent
    return { open: true, evidence: at ? { source, at } : { source } }
  }
  return need === 'not refused' && consent.why === 'no consent' ? { open: true } : { open: false, why: consent.why }
}

type Said = { source: string; at?: Date } | 'no' | 'nothing'

function saidIn(source: ConsentSource, facts: ConsentFacts): Said {
  switch (source.by) {
    case 'record': {
      const { record } = facts
      return record?.given === true ? { source: record.source ?? 'record', at: record.at } : 'nothing'
    }
    case 'newsletter':
      return facts.newsletter?.given === true ? { source: 'newsletter', at: facts.newsletter.at } : 'nothing'
    case 'answer':
      return saidInAnswer(source, facts.answers)
  }
}

/**
 * The latest answer counts: who said no to one event and yes to a later one has changed their mind. A no of which nobody
 * knows when it was said may be the latest.
 */
function saidInAnswer({ question, values }: ConsentSource & { by: 'answer' }, answers: readonly Answer[]): Said {
  const given = answers.filter((each) => each.question === question && !isBlank(each.value))
  const [latest] = given.sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))
  if (!latest) return 'nothing'
  const yes = new Set(['true', ...values.map((value) => value.trim().toLowerCase())])
  const isYes = ({ value }: Answer) => textsOf(value).some((text) => yes.has(text))
  const isRefused = !isYes(latest) || given.some((each) => each.at === undefined && !isYes(each))
  return isRefused ? 'no' : { source: `answer ${question}`, at: latest.at }
}

function isBlank(value: unknown): boolean {
  return textsOf(value).every((text) => text === '')
}

/** An answer as texts: a list of ticked boxes is several. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  return ['string', 'boolean', 'number'].includes(typeof value) ? [String(value).trim().toLowerCase()] : []
}
