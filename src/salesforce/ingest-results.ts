import { MhError } from '../errors.js'
import type { Outcome } from './collections.js'
import { readCsv } from './csv-reply.js'
import { NOT_PROCESSED } from './failure.js'
import { pathOf, type EndedJob } from './ingest-job.js'
import type { Org } from './org.js'
import type { FlatRow } from './query.js'

/** What tells a row from all others: the joined values of some of its columns. */
export type RowKey = string

/** The three files that say what became of the rows, and what one of their rows means (bulk2.md §6). */
const FILES: readonly [path: string, outcomeOf: (row: FlatRow) => Outcome][] = [
  ['successfulResults', (row) => ({ ok: true, id: row.sf__Id ?? '' })],
  ['failedResults', (row) => ({ ok: false, ...readRowError(row.sf__Error ?? '') })],
  ['unprocessedrecords', () => ({ ok: false, code: NOT_PROCESSED, fields: [] })],
]

/**
 * What became of each row of a job that ended, however it did, by its key: results come in no order, and with columns of
 * their own. Throws SF_JOB_RESULTS_INCOMPLETE unless the files hold each row that was sent, once, and no other (pitfalls.md §5).
 */
export async function readOutcomes(
  org: Org,
  job: EndedJob,
  keys: readonly RowKey[],
  keyOf: (row: FlatRow) => RowKey,
): Promise<Map<RowKey, Outcome>> {
  const { outcomes, rows } = await readResults(org, job, keyOf)
  if (rows !== keys.length) throw incomplete(job, `it was given ${keys.length} rows, and tells of ${rows}`)
  const sent = new Set(keys)
  const isWhole = outcomes.size === sent.size && keys.every((key) => outcomes.has(key))
  if (!isWhole) throw incomplete(job, 'it tells of other rows than it was given')
  return outcomes
}

/** All that the three files of a job tell, by the key of each row, and how many rows that were. */
export async function readResults(
  org: Org,
  job: EndedJob,
  keyOf: (row: FlatRow) => RowKey,
): Promise<{ outcomes: Map<RowKey, Outcome>; rows: number }> {
  const outcomes = new Map<RowKey, Outcome>()
  let rows = 0
  for (const [file, outcomeOf] of FILES) {
    rows += await org.stream(`${pathOf(job)}/${file}`, 'text/csv', async (reply) => {
      const read = await readCsv(reply, (row) => outcomes.set(keyOf(row), outcomeOf(row)))
      return read.rows
    })
  }
  return { outcomes, rows }
}

/** `CODE:message:Field1,Field2 --`; the message may have colons, and echoes data, so it is not kept (bulk2.md §6). */
export function readRowError(text: string): { code: string; fields: string[] } {
  const [, code = 'UNKNOWN'] = /^(\w+):/u.exec(text) ?? []
  const [, fields = ''] = /:([\w.,]*) ?--\s*$/u.exec(text) ?? []
  return { code, fields: fields === '' ? [] : fields.split(',') }
}

function incomplete({ id, state }: EndedJob, why: string): MhError {
  return new MhError(
    'SF_JOB_RESULTS_INCOMPLETE',
    `The results of Bulk job ${id} (${state}) are not whole: ${why}.`,
    'Run the command again: it reads what the org has, and sends only what is owed then.',
  )
}
