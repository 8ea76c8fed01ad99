import type { ErasedCount, KeptOfPerson } from '../domain/erasure.js'
import { maskEmail } from '../domain/email.js'
import type { AuditResult } from '../privacy/audit.js'
import type { SignedReceipt } from '../domain/erasure.js'
import { erasedCounts, type ErasurePlan } from '../privacy/erasure-plan.js'
import { emphasised } from './emphasis.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** What came of an erasure. */
interface Forgotten {
  kind: 'preview' | 'nothing left' | 'erased'
  plan: ErasurePlan
  recycleBin: boolean
  receipt?: SignedReceipt
  failed?: Record<string, number>
  runId?: string
}

/** Whom it is about, what goes, what is masked, and what stays and why. Addresses are masked: screens are looked at. */
export function erasurePlanText(plan: ErasurePlan, recycleBin: boolean): string {
  const { person, kept } = plan
  const rows = erasedCounts(plan, recycleBin)
  return [
    'Known as',
    ...person.emails.map((each) => `  ${printable(maskEmail(each))}`),
    ...person.participants.map(({ id, deleted }) => `  participant ${id}${deleted ? ' (deleted)' : ''}`),
    ...person.records.map(({ object, id, converted }) => `  ${object} ${id}${converted ? ' (converted)' : ''}`),
    ...(rows.length === 0 ? ['', 'Nothing of ours is left.'] : ['', countsTable(rows)]),
    ...keptLines(kept),
  ].join('\n')
}

/** The result for a person, in 80 columns. */
export function forgottenText({ kind, plan, recycleBin, receipt, failed = {} }: Forgotten): string {
  if (kind === 'preview') return `${erasurePlanText(plan, recycleBin)}\n\nDry run: nothing was erased.`
  const refused = Object.entries(failed).map(([code, records]) =>
    emphasised(`Not let go: ${plural(records, 'record')} (${code}); the same command tries again.`, 'wrong'),
  )
  const done = refused.length > 0 ? 'Erased in part.' : kind === 'erased' ? 'Erased.' : 'Nothing was left to erase.'
  return [
    done,
    ...refused,
    ...(receipt && receipt.erased.length > 0 ? ['', countsTable(receipt.erased)] : []),
    ...keptLines(plan.kept),
    ...(receipt ? ['', `Tombstone ${receipt.tombstone}`, 'mh-sf privacy audit looks whether they came back.'] : []),
  ].join('\n')
}

/** The same for a program: nothing in it says who it is but ids that stay, and masked addresses before they are gone. */
export function forgottenJson({ kind, plan, recycleBin, receipt, failed = {}, runId }: Forgotten): object {
  const { person, kept } = plan
  const who =
    kind === 'preview'
      ? {
          addresses: person.emails.map(maskEmail),
          participants: person.participants.map(({ id }) => id),
          records: person.records.map(({ object, id, converted }) => ({ object, id, converted })),
        }
      : {}
  return {
    outcome: kind,
    run: runId ?? null,
    ...who,
    erases: kind === 'preview' ? erasedCounts(plan, recycleBin) : [],
    kept,
    failed,
    receipt: receipt ?? null,
  }
}

function countsTable(rows: readonly ErasedCount[]): string {
  return table(
    [['What', 'Becomes', 'Records'], ...rows.map(({ object, what, records }) => [object, what, count(records)])],
    [30, 10],
  )
}

function keptLines(kept: readonly KeptOfPerson[]): string[] {
  if (kept.length === 0) return []
  return [
    '',
    'Kept, and why:',
    ...kept.flatMap(({ object, records, why }) => [`  ${count(records)} of ${object}:`, `    ${why}`]),
  ]
}

/** Whether anybody came back, for a person. */
export function auditText({ erased, looked, registered, cameBack, receipt, calls }: AuditResult): string {
  const lines = cameBack.flatMap(({ tombstone, where, ids }) => [
    emphasised(`  ${tombstone}…  ${where}`, 'wrong'),
    ...ids.slice(0, 5).map((id) => `    ${id}`),
  ])
  return [
    cameBack.length === 0
      ? `Nobody of ${plural(erased, 'person', 'people')} who ${erased === 1 ? 'was' : 'were'} erased came back.`
      : emphasised('Of people who were erased there is something again:', 'wrong'),
    ...lines,
    ...(cameBack.length > 0 ? ['  mh-sf privacy forget with these ids erases it again.'] : []),
    ...(registered > 0
      ? [`${plural(registered, 'of them is', 'of them are')} registered on the platform, and left alone.`]
      : []),
    ...(receipt ? [receiptLine(receipt)] : []),
    `${plural(looked, 'document')} looked at, ${plural(calls, 'API call')}`,
  ].join('\n')
}

function receiptLine({ isOurs, tombstoneStands }: NonNullable<AuditResult['receipt']>): string {
  if (isOurs === undefined) return emphasised('The receipt was signed under a key that is not at hand.', 'look')
  if (!isOurs) return emphasised('The receipt is not as we signed it.', 'wrong')
  return tombstoneStands
    ? 'The receipt is ours, and its tombstone stands.'
    : emphasised('The receipt is ours, but its tombstone is gone.', 'wrong')
}

/** The same for a program. */
export function auditJson({ receipt, ...rest }: AuditResult): object {
  return {
    ...rest,
    receipt: receipt ? { isOurs: receipt.isOurs ?? null, tombstoneStands: receipt.tombstoneStands } : null,
  }
}
