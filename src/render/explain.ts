import { recordOf } from '../domain/lookup-answer.js'
import type { EnrichmentChange } from '../domain/enrichment.js'
import type { MemberDecision } from '../domain/member.js'
import type { Enrichment } from '../domain/person.js'
import { eventLabel } from '../domain/event.js'
import type { ExplainedEvent, Explanation } from '../sync/explain.js'
import { emphasised } from './emphasis.js'
import { participantLine } from './participant-line.js'
import { plural, printable } from './printable.js'
import { queuedText } from './queue.js'

/** Why somebody is as they are, and what would happen next, in 80 columns. */
export function explainText(explained: Explanation, now: Date): string {
  const { participant, decision, instanceUrl, calls, queued } = explained
  const id = decision.match && recordOf(decision.match)
  return [
    participantLine(participant, nowText(explained)),
    ...(id === undefined ? [] : [`  ${instanceUrl}/${id}`]),
    '',
    'Why',
    ...whyLines(explained),
    '',
    'What a sync would do next',
    ...owedLines(explained),
    ...(queued ? ['', `Queue: ${queuedText(queued, now)}`] : []),
    ...nextLines(explained),
    '',
    plural(calls, 'API call'),
  ].join('\n')
}

/** Why they are who they are: a reason a line. */
export function whyLines(explained: Explanation): string[] {
  const { because, match } = explained.decision
  return [
    ...because.map((reason) => `  ${printable(reason)}`),
    ...(match?.rejected ?? []).map(({ object, id: other, why }) => printable(`  not ${object} ${other}: ${why}`)),
    ...leadLines(explained),
  ]
}

/** What a sync would do next, a change a line; what says more of a line is below it, further in. */
export function owedLines(explained: Explanation): string[] {
  return [
    ...documentLines(explained),
    ...explained.contactChanges.map(({ field, before, after }) =>
      printable(`  Contact ${field}: ${shown(before)} becomes ${shown(after)}`),
    ),
    ...explained.events.flatMap(eventLines),
    ...(owesNothing(explained) ? ['  Nothing has to be written.'] : []),
  ]
}

function nowText({ decision }: Explanation): string {
  const { match, outcome } = decision
  if (match?.kind === 'contact') return emphasised(`contact ${match.contact.id}`, 'fine')
  if (match?.kind === 'lead') return emphasised(`lead ${match.lead.id}`, 'fine')
  if (match?.kind === 'parked') return emphasised(`parked: ${match.cause}`, 'look')
  if (outcome === 'opted_out') return emphasised('opted out: the org is not asked about them', 'look')
  return outcome === 'malformed' ? emphasised('parked: bad address', 'look') : 'not in Salesforce'
}

function leadLines({ lead }: Explanation): string[] {
  if (!lead) return []
  if (!lead.make) return [`  no Lead would be made: ${lead.why}`]
  const { source, at } = lead.consent
  const when = at ? `, ${at.toISOString().slice(0, 10)}` : ''
  return [printable(`  agreed to be contacted (${source}${when}): --create-leads would make a Lead`)]
}

function documentLines({ participant, decision: { change } }: Explanation): string[] {
  if (!change) return []
  return fieldsOf(change).map(({ field, after }) =>
    printable(`  participant ${field}: ${shown(participant.current[field])} becomes ${shown(after)}`),
  )
}

function fieldsOf({ set, unset }: EnrichmentChange): { field: keyof Enrichment; after?: unknown }[] {
  const given = Object.entries(set).map(([field, after]: [string, unknown]) => ({
    field: field as keyof Enrichment,
    after,
  }))
  return [...given, ...unset.map((field) => ({ field }))]
}

function eventLines({ event, registered, live, error, ...rest }: ExplainedEvent): string[] {
  const what = error ? `cannot be synced (${error.code}): ${error.message}` : memberText(rest)
  return [
    printable(`  ${eventLabel(event)}: ${registered.replace('_', ' ')}`),
    printable(`    ${what}`),
    ...(live ? [] : [`    not live: mh-sf campaign sync --event ${event.slug ?? event.id}`]),
  ]
}

function memberText({ campaignId, leftOut, member }: Pick<ExplainedEvent, 'campaignId' | 'leftOut' | 'member'>) {
  const where = campaignId === undefined ? 'the Campaign that is made for it' : `Campaign ${campaignId}`
  if (member) return decisionText(member, where)
  return leftOut === undefined ? `is no member of ${where}` : `has no place in ${where}: ${leftOut}`
}

function decisionText({ member, change, held }: MemberDecision, where: string): string {
  switch (change?.kind) {
    case 'insert':
      return `becomes a member of ${where}: ${change.status}`
    case 'update':
      return `member ${change.memberId}: ${change.before ?? 'no status'} becomes ${change.status}`
    case 'remove':
      return `member ${change.memberId} is removed: ${change.why}`
    case undefined:
      if (!member) return `is no member of ${where}`
      return `member ${member.id} is ${member.status ?? 'without status'}: ${held === undefined ? 'as it should be' : `left so, ${held}`}`
  }
}

function owesNothing({ decision, contactChanges, events }: Explanation): boolean {
  const owed = events.some(({ error, member }) => error !== undefined || member?.change !== undefined)
  return !decision.change && contactChanges.length === 0 && !owed
}

function nextLines({ decision, participant }: Explanation): string[] {
  if (decision.outcome === 'parked' || decision.outcome === 'malformed')
    return ['', `A person has to decide: mh-sf review show ${participant.id}`]
  return []
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(value)
}

/** The same for a program: ids, reasons and values, no name and no address. */
export function explainJson(explained: Explanation): object {
  const { participant, decision, lead, events, contactChanges, queued, calls } = explained
  const { match, outcome, rule, because, candidates, change } = decision
  return {
    participantId: participant.id,
    outcome,
    recordId: (match && recordOf(match)) ?? null,
    rule: rule ?? null,
    because,
    rejected: match?.rejected ?? [],
    candidates,
    lead: lead ? (lead.make ? { make: true } : { make: false, why: lead.why }) : null,
    documentChanges: change
      ? fieldsOf(change).map(({ field, after }) => ({
          field,
          before: participant.current[field] ?? null,
          after: after ?? null,
        }))
      : [],
    contactChanges: contactChanges.map(({ field, before, after }) => ({ field, before: before ?? null, after })),
    events: events.map(({ event, registered, live, campaignId, leftOut, member, error }) => ({
      event: { id: event.id, name: event.name, slug: event.slug, status: event.status },
      registered,
      live,
      campaignId: campaignId ?? null,
      leftOut: leftOut ?? null,
      memberId: member?.member?.id ?? null,
      status: member?.member?.status ?? null,
      change: member?.change ? { kind: member.change.kind, status: statusAfter(member.change) } : null,
      held: member?.held ?? null,
      error: error ? { code: error.code, message: error.message } : null,
    })),
    queued: queued ?? null,
    calls,
  }
}

function statusAfter(change: NonNullable<MemberDecision['change']>): string | null {
  return change.kind === 'remove' ? null : change.status
}
