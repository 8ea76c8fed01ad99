import type { Verdict } from '../domain/verdict.js'
import { eventLabel } from '../domain/event.js'
import { agrees, type VerifyResult } from '../sync/verify.js'
import { count, listed, plural, printable } from './printable.js'
import { table } from './table.js'

/** People shown on a screen; `--json` has up to a thousand. */
const SHOWN = 10

/** Whether both sides agree, in 80 columns. */
export function verifyText(result: VerifyResult): string {
  const { event, counts, campaignDiffers, missing, calls, milliseconds } = result
  const label = printable(eventLabel(event))
  const verdict = agrees(result)
    ? 'Both sides agree.'
    : `They do not agree. This puts it right:\n  mh-sf campaign sync --event ${event.slug ?? event.id}`
  return [
    `${label}: ${plural(counts.people, 'person', 'people')}`,
    '',
    table(rowsOf(result), [18, 8]),
    ...(campaignDiffers.length > 0 ? [`  The campaign itself differs:${listed(campaignDiffers, '    ')}`] : []),
    ...(missing.length > 0 ? [`  Not compared, because they cannot be read:${listed(missing, '    ')}`] : []),
    ...examples(result),
    '',
    verdict,
    `${plural(calls, 'API call')}, ${(milliseconds / 1_000).toFixed(1)} s`,
  ].join('\n')
}

/** The same for a program: ids and names of fields, no values. */
export function verifyJson(result: VerifyResult): object {
  const { event, campaignId, counts, campaignDiffers, extra, held, disagreeing, missing, calls, milliseconds } = result
  const { id, name, slug, status } = event
  return {
    event: { id, name, slug, status },
    campaignId,
    inAgreement: agrees(result),
    counts,
    extra,
    leftAlone: held,
    campaignDiffers,
    disagreeing: disagreeing.map(({ participantId, verdict }) => ({ participantId, ...verdict })),
    missingFields: missing,
    calls,
    milliseconds: Math.round(milliseconds),
  }
}

function rowsOf({ counts, extra, held }: VerifyResult): string[][] {
  const rows: [string, number, string][] = [
    ['Agree', counts.agrees, ''],
    ['Differ', counts.differs, tally(counts.fields)],
    ['Missing', counts.missing, 'ought to be members, and are not'],
    ['Cannot be judged', counts['not judged'], tally(counts.reasons)],
    ['Extra', extra, 'members whom nobody here is: left alone'],
    ...Object.entries(held).map(([why, members]): [string, number, string] => ['Left alone', members, printable(why)]),
  ]
  return rows
    .filter(([name, number]) => number > 0 || name === 'Agree')
    .map(([name, number, why]) => [name, count(number), why])
}

function tally(by: Readonly<Record<string, number>>): string {
  return Object.entries(by)
    .sort(([, a], [, b]) => b - a)
    .map(([what, number]) => `${count(number)} ${what}`)
    .join(', ')
}

function examples({ disagreeing, counts }: VerifyResult): string[] {
  const wrong = disagreeing.filter(({ verdict }) => verdict.kind !== 'not judged')
  if (wrong.length === 0) return []
  const shown = wrong.slice(0, SHOWN).map(({ participantId, verdict }) => [participantId, verdictText(verdict)])
  const more = counts.differs + counts.missing - shown.length
  const rest = more > 0 ? [`  … and ${count(more)} more (--json lists them)`] : []
  return ['', table(shown, [24]), ...rest]
}

function verdictText(verdict: Verdict): string {
  return verdict.kind === 'differs' ? verdict.fields.join(', ') : verdict.kind
}
