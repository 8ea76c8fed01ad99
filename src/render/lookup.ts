import { maskEmail } from '../domain/email.js'
import { tierOf } from '../domain/enrichment.js'
import { recordOf, type LookupAnswer } from '../domain/lookup-answer.js'
import { choicesOf, type Match } from '../domain/match.js'
import type { Contact, Lead } from '../domain/person.js'
import type { LookupResult } from '../sync/lookup.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** More answers than this are a table, one line each. */
const CARDS = 3

/** Answers for a person: a card each while they are few, else a line each. `instanceUrl` makes links to records. */
export function lookupText(result: LookupResult, instanceUrl: string | undefined, now: Date): string {
  const { answers } = result
  const body =
    answers.length <= CARDS ? answers.map((answer) => card(answer, instanceUrl, now)).join('\n\n') : lines(answers)
  return [body, ...savedLines(result)].join('\n')
}

/** Answers for a program. */
export function lookupJson(
  result: LookupResult,
  instanceUrl: string | undefined,
  refused: readonly string[] = [],
): object {
  const { answers, cached, calls, saved, missing } = result
  return { answers: answers.map((answer) => answerJson(answer, instanceUrl)), refused, cached, calls, saved, missing }
}

function answerJson(
  { email, match, memberships, accountHint, askedAt }: LookupAnswer,
  instanceUrl: string | undefined,
): object {
  const id = recordOf(match)
  return {
    email,
    outcome: match.kind,
    id: id ?? null,
    link: linkTo(id, instanceUrl) ?? null,
    tier: match.kind === 'contact' ? (tierOf(match.contact.account) ?? null) : null,
    contact: match.kind === 'contact' ? match.contact : null,
    lead: match.kind === 'lead' ? match.lead : null,
    because: match.because,
    rejected: match.rejected,
    candidates: match.kind === 'parked' ? choicesOf(match).map(({ id }) => id) : [],
    campaigns: memberships.map(({ campaignId, campaignName, status }) => ({
      id: campaignId,
      name: campaignName,
      status,
    })),
    accountHint: accountHint ?? null,
    askedAt,
  }
}

function card(answer: LookupAnswer, instanceUrl: string | undefined, now: Date): string {
  const { email, match, memberships, accountHint, askedAt } = answer
  const rows = [
    ...personRows(match),
    ...memberships.map(({ campaignName, status }, index) => [
      index === 0 ? 'Campaigns' : '',
      `${campaignName}${status ? `: ${status}` : ''}`,
    ]),
    ...(accountHint ? [['Perhaps', `${accountHint.name} (${accountHint.id}): its website is this domain`]] : []),
    ...match.because.map((reason, index) => [index === 0 ? 'Because' : '', reason]),
    ...match.rejected.map(({ object, id, why }, index) => [index === 0 ? 'Not' : '', `${object} ${id}: ${why}`]),
    ...optional('Asked', ageText(askedAt, now)),
  ]
  const safe = rows.map((row) => row.map(printable))
  // A link is there to be copied, so it is never wrapped.
  const link = linkTo(recordOf(match), instanceUrl)
  const last = link === undefined ? '' : `\n  Link        ${printable(link)}`
  return `${printable(email)}  ${headline(match)}\n${table(safe, [10])}${last}`
}

function personRows(match: Match): string[][] {
  if (match.kind === 'parked') {
    return choicesOf(match).map((record, index) => [index === 0 ? 'Candidates' : '', `${record.id}  ${placed(record)}`])
  }
  if (match.kind === 'not_found') return []
  const person = match.kind === 'contact' ? match.contact : match.lead
  const account = match.kind === 'contact' ? match.contact.account : undefined
  return [
    ['Name', person.name],
    ...optional('Title', person.title),
    ...optional('Account', account ? `${account.name}${account.type ? ` (${account.type})` : ''}` : undefined),
    ...optional('Company', match.kind === 'lead' ? match.lead.company : undefined),
    ...optional('Tier', tierOf(account)),
    ...optional('Owner', person.ownerName),
  ]
}

/** A person's name with where they work. */
function placed(record: Contact | Lead): string {
  const place = 'converted' in record ? record.company : record.account?.name
  return place === undefined ? record.name : `${record.name}, ${place}`
}

function headline(match: Match): string {
  switch (match.kind) {
    case 'contact':
      return `is contact ${match.contact.id}`
    case 'lead':
      return `is lead ${match.lead.id}`
    case 'parked':
      return `could be ${plural(choicesOf(match).length, match.leads ? 'record' : 'contact')}: a person has to decide`
    case 'not_found':
      return 'is not in Salesforce'
  }
}

function lines(answers: readonly LookupAnswer[]): string {
  const rows = answers.map(({ email, match }) => {
    const name = match.kind === 'contact' ? match.contact.name : match.kind === 'lead' ? match.lead.name : ''
    const what =
      match.kind === 'parked'
        ? choicesOf(match)
            .map(({ id }) => id)
            .join(' ')
        : (recordOf(match) ?? '')
    return [email, match.kind.replace('_', ' '), what, name].map(printable)
  })
  const found = answers.filter(({ match }) => match.kind === 'contact' || match.kind === 'lead').length
  return `${table(rows, [30, 9, 18])}\n\n${count(found)} of ${plural(answers.length, 'address', 'addresses')} found`
}

function savedLines({ saved }: LookupResult): string[] {
  if (!saved) return []
  const parts = [
    `${count(saved.written)} written`,
    `${count(saved.unchanged)} unchanged`,
    ...(saved.moved > 0 ? [`${count(saved.moved)} changed meanwhile`] : []),
    ...(saved.failed > 0 ? [`${count(saved.failed)} failed`] : []),
    ...(saved.noParticipant > 0 ? [`${count(saved.noParticipant)} no participant of the platform`] : []),
  ]
  return ['', `Saved: ${parts.join(', ')}`]
}

function linkTo(id: string | undefined, instanceUrl: string | undefined): string | undefined {
  return id === undefined || instanceUrl === undefined ? undefined : `${instanceUrl}/${id}`
}

function ageText(askedAt: Date, now: Date): string | undefined {
  const minutes = Math.floor((now.getTime() - askedAt.getTime()) / 60_000)
  const seconds = Math.floor((now.getTime() - askedAt.getTime()) / 1_000)
  if (seconds < 5) return undefined
  return `${minutes === 0 ? `${seconds} s` : `${minutes} min`} ago (--refresh asks the org again)`
}

function optional(label: string, value: string | undefined): string[][] {
  return value === undefined || value === '' ? [] : [[label, value]]
}

/** For stderr: addresses that could not be asked for. */
export function refusedAddress(raw: string, problem: string): string {
  return `"${printable(maskEmail(raw))}" is not an address: ${problem}`
}
