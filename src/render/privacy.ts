import { maskEmail } from '../domain/email.js'
import type { GonePolicy } from '../domain/member.js'
import type { OptOut } from '../domain/opt-out.js'
import type { FlaggedRecord, OptOutResult } from '../privacy/opt-out.js'
import { emphasised } from './emphasis.js'
import { plural, printable } from './printable.js'

const WAS: Record<OptOut['because'], string> = {
  asked: 'had opted out',
  erased: 'was erased',
  org: 'was opted out by Salesforce',
}
const BECOMES: Record<GonePolicy, string> = {
  leave: 'are left as they are',
  mark: 'are marked',
  remove: 'are removed',
}

/** What an opt-out or opt-in did, for a person; addresses are masked, because screens are looked at. */
export function optOutText(result: OptOutResult, verb: 'opt-out' | 'opt-in', gone: GonePolicy): string {
  const { person, before, records, memberships, calls } = result
  const people = person.participants.map(({ id, deleted }) => `participant ${id}${deleted ? ' (deleted)' : ''}`)
  const was = before ? `, and ${WAS[before.because]} since ${before.at.toISOString().slice(0, 10)}` : ''
  return [
    `${whoIs(result, people)} ${verb === 'opt-out' ? `is opted out${was}.` : optedIn(result)}`,
    ...people.map((each) => `  ${each}`),
    ...records.map(recordLine),
    ...(verb === 'opt-out' && memberships > 0
      ? [
          `  ${plural(memberships, 'membership')} known: with the next campaign sync they ${BECOMES[gone]}`,
          '  (campaign.gone.optedOut)',
        ]
      : []),
    ...(result.runId === undefined ? ['  Salesforce is not configured here, and was not told.'] : []),
    '',
    plural(calls, 'API call'),
  ].join('\n')
}

/** By the first of these that is known of them. */
function whoIs({ person: { emails }, records }: OptOutResult, people: readonly string[]): string {
  const addresses = emails.map((each) => printable(maskEmail(each)))
  const ids = records.map(({ object, id }) => `${object} ${id}`)
  const [known] = [addresses, people, [...new Set(ids)]].filter(({ length }) => length > 0)
  return known?.join(', ') ?? 'Whoever this id is of'
}

function optedIn({ before, records }: OptOutResult): string {
  if (records.some(({ outcome }) => outcome === 'left'))
    return emphasised('is opted in here, but Salesforce still says no.', 'look')
  return before
    ? `is opted in again: ${WAS[before.because]} since ${before.at.toISOString().slice(0, 10)}.`
    : 'had not opted out.'
}

function recordLine({ object, id, field, outcome }: FlaggedRecord): string {
  const told =
    typeof outcome === 'object'
      ? emphasised(`refused (${outcome.refused})`, 'wrong')
      : {
          set: 'told',
          already: 'says so already',
          left: `says no (${field}), and not because of us`,
          converted: 'is converted: its contact counts',
          'the user may not write it': `not told: may not write ${field}`,
        }[outcome]
  return `  ${object} ${id}: ${told}`
}

/** The same for a program: ids, and addresses masked. */
export function optOutJson({ runId, person, before, records, memberships, calls }: OptOutResult): object {
  return {
    run: runId ?? null,
    addresses: person.emails.map(maskEmail),
    participants: person.participants.map(({ id }) => id),
    before: before ? { because: before.because, at: before.at } : null,
    records: records.map(({ object, id, field, outcome }) => ({
      object,
      id,
      field,
      outcome: typeof outcome === 'object' ? 'refused' : outcome,
      code: typeof outcome === 'object' ? outcome.refused : null,
    })),
    memberships,
    calls,
  }
}
