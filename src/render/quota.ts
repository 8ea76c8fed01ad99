import type { QuotaShown } from '../sync/quota.js'
import { count, percent, plural, printable } from './printable.js'
import { table } from './table.js'

/** Where the allowance stands, in 80 columns. */
export function quotaText(shown: QuotaShown): string {
  const { quota, share, at, bulk, refused } = shown
  const { used, max, ceiling, reserve, remaining } = quota
  const rows = [
    ['Used', `${count(used)} of ${plural(max, 'API call')} (${percent(used / Math.max(1, max))})`],
    ...whose(shown),
    ['Ceiling', `${count(ceiling)} (${percent(share)}); the rest is other people's`],
    ['Reserve', `${count(reserve)} below it, for lookups`],
    ['Left', `${count(remaining.run)} for runs, ${count(remaining.lookup)} for lookups`],
    ['Frees', freesText(shown)],
    ...bulk.map(({ name, max: most, remaining: left }) => ['Bulk', `${count(left)} of ${count(most)} ${name} left`]),
  ]
  return [
    `The last 24 hours, by the org's clock at ${at.toISOString()}`,
    '',
    table(rows, [8]),
    '',
    `What the ${plural(remaining.run, 'call')} left for runs are good for, if each takes its most:`,
    table(goodForRows(shown), [20]),
    ...(refused ? ['', `Only the header of the reply tells this: ${printable(refused.message)}`] : []),
  ].join('\n')
}

/** The same for a program. */
export function quotaJson({ quota, share, ours, goodFor, frees, bulk, refused, at }: QuotaShown): object {
  const { used, max, ceiling, reserve, remaining } = quota
  return {
    at,
    used,
    max,
    ours: ours ?? null,
    others: ours === undefined ? null : used - ours,
    ceiling: { share, calls: ceiling },
    reserve,
    remaining,
    goodFor: {
      backfillByLists: { people: goodFor.byLists },
      backfillByExport: { recordsOfTheOrg: goodFor.byExport },
      sync: { people: goodFor.bySync },
    },
    frees: { calls: frees.calls, at: frees.at, basedOn: frees.ours ? 'our own calls' : 'all calls' },
    bulk,
    refused: refused ? { code: refused.code, message: refused.message } : null,
  }
}

function whose({ quota, ours }: QuotaShown): string[][] {
  if (ours === undefined) return [['', 'whose they were is not known: no notes of ours are kept']]
  return [['', `${count(ours)} ours, by our own notes; ${count(quota.used - ours)} of others`]]
}

function freesText({ frees: { calls, at, ours } }: QuotaShown): string {
  if (ours) {
    return `${count(calls)} by ${at.toISOString()}, when that many of our own have left the window, if others go on as they do`
  }
  return calls === 0 ? 'nothing is used' : `all that is used now has left the window by ${at.toISOString()}`
}

function goodForRows({ goodFor: { byLists, byExport, bySync } }: QuotaShown): string[][] {
  return [
    ['backfill, IN lists', plural(byLists, 'person', 'people')],
    [
      'backfill, an export',
      byExport === 0 ? 'not one' : `any number of people, from an org of ${count(byExport)} contacts and leads`,
    ],
    ['sync, write-back', plural(bySync, 'person', 'people')],
  ]
}
