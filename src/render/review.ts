import { choicesOf, type Match } from '../domain/match.js'
import type { Contact, Lead, Participant } from '../domain/person.js'
import { participantLine } from './participant-line.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** Parked people, in 80 columns. */
export function parkedText({ total, people }: { total: number; people: { id: string; why: string }[] }): string {
  if (total === 0) return 'Nobody is parked.'
  const rows = people.map(({ id, why }) => [id, printable(why)])
  const rest = total > people.length ? [`  … and ${count(total - people.length)} more (--limit shows more)`] : []
  return [
    `${plural(total, 'person', 'people')} parked, left for you to decide:`,
    table(rows, [24]),
    ...rest,
    '',
    'mh-sf review show ID shows whom to choose from.',
  ].join('\n')
}

/** One person with the candidates side by side, in 80 columns. Names are shown: it is how a person decides. */
export function reviewText(participant: Participant, match: Match): string {
  const candidates = candidatesOf(match)
  const verdict =
    match.kind === 'parked' ? `parked: ${match.cause}` : match.kind === 'not_found' ? 'nobody' : match.kind
  return [
    participantLine(participant, verdict),
    ...match.because.map((reason) => `  ${printable(reason)}`),
    '',
    ...(candidates.length > 0 ? [sideBySide(candidates)] : ['  There is no record to choose from.']),
    ...(match.kind === 'parked' ? ['', `mh-sf review resolve ${participant.id} --record ID, or --nobody`] : []),
  ].join('\n')
}

/** The same for a program: ids and reasons, no names, no addresses. */
export function reviewJson(participant: Participant, match: Match): object {
  return {
    participantId: participant.id,
    outcome: match.kind,
    because: match.because,
    candidates: candidatesOf(match).map(({ id }) => id),
    rejected: match.rejected,
  }
}

/** One candidate in a line, for a list to choose from. */
export function candidateLine(person: Contact | Lead): string {
  const place = 'converted' in person ? person.company : person.account?.name
  const parts = [person.id, person.name, person.title, place, person.city].filter((part) => part !== undefined)
  return printable(parts.join(', '))
}

function candidatesOf(match: Match): (Contact | Lead)[] {
  if (match.kind === 'parked') return choicesOf(match)
  if (match.kind === 'contact') return [match.contact]
  return match.kind === 'lead' ? [match.lead] : []
}

function sideBySide(all: readonly (Contact | Lead)[]): string {
  const rows: [string, (person: Contact | Lead) => string | undefined][] = [
    ['Record', ({ id }) => id],
    ['Name', ({ name }) => name],
    ['Title', ({ title }) => title],
    ['Company', (person) => ('converted' in person ? person.company : person.account?.name)],
    ['City', ({ city }) => city],
    ['Phone', ({ phone }) => phone],
    ['Owner', ({ ownerName }) => ownerName],
    ['Activity', (person) => ('converted' in person ? undefined : person.lastActivity)],
    ['Made', (person) => ('converted' in person ? person.lastModified : person.createdAt).toISOString().slice(0, 10)],
  ]
  const shown = all.slice(0, SIDE_BY_SIDE)
  const told = rows
    .map(([label, read]) => [label, ...shown.map((person) => printable(read(person) ?? ''))])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''))
  const more =
    all.length > shown.length
      ? `\n  … and ${all
          .slice(SIDE_BY_SIDE)
          .map(({ id }) => id)
          .join(', ')}`
      : ''
  return table(told, [8, ...shown.slice(1).map(() => COLUMN)]) + more
}

const [SIDE_BY_SIDE, COLUMN] = [3, 21]
