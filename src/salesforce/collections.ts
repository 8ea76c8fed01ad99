import { z } from 'zod'
import { RECORDS_PER_CALL } from '../domain/write-plan.js'
import { orgCode, orgFields } from './failure.js'
import type { Org, OrgRequest } from './org.js'

/** A record of one object to be sent: fields by name, with its Id unless it is to be created. */
export type RecordToSend = Readonly<Record<string, string | number | boolean | null>>

/** What became of one record. Messages of the org may echo personal data, so only code and fields are kept. */
export type Outcome = { ok: true; id: string } | { ok: false; code: string; fields: string[] }

/** A failed item carries statusCode, not errorCode, and no id (rest.md §7). */
const saveError = z.object({ statusCode: orgCode, fields: orgFields.default([]) })
const results = z.array(
  z.object({ id: z.string().nullish(), success: z.boolean(), errors: z.array(saveError).default([]) }),
)

/** Called after each call with the outcomes of its records, in their order. */
export type Settle = (first: number, outcomes: readonly Outcome[]) => Promise<void> | void

/**
 * Creates records, 200 to a call, one call after the other: writes to one parent do not run side by side. A call whose fate is unknown ends it with an error after the
 * earlier ones were settled: who called looks at what is there before it sends the rest.
 */
export async function insertRecords(
  org: Org,
  object: string,
  records: readonly RecordToSend[],
  settle: Settle,
  options: Pick<OrgRequest, 'headers' | 'longestWaitMs'> = {},
): Promise<void> {
  const call = { ...options, method: 'POST', repeatable: false } as const
  await inCalls(records, async (some) => send(org, call, withType(object, some)), settle)
}

/** Changes records by Id, 200 to a call; doing it twice is doing it once, so it is repeated where a reply was lost. */
export async function updateRecords(
  org: Org,
  object: string,
  records: readonly RecordToSend[],
  settle: Settle,
): Promise<void> {
  const call = { method: 'PATCH', repeatable: true } as const
  await inCalls(records, async (some) => send(org, call, withType(object, some)), settle)
}

/** Deletes records by Id, 200 to a call. One that is gone already counts as deleted. */
export async function deleteRecords(org: Org, ids: readonly string[], settle: Settle): Promise<void> {
  await inCalls(
    ids,
    async (some) => {
      const query = new URLSearchParams({ ids: some.join(','), allOrNone: 'false' })
      const path = `/composite/sobjects?${query.toString()}`
      const replies = await org.json({ method: 'DELETE', path }, results)
      return replies.map((reply, index) => gone(toOutcome(reply), some[index] ?? ''))
    },
    settle,
  )
}

async function inCalls<T>(
  items: readonly T[],
  call: (some: readonly T[]) => Promise<Outcome[]>,
  settle: Settle,
): Promise<void> {
  for (let first = 0; first < items.length; first += RECORDS_PER_CALL) {
    await settle(first, await call(items.slice(first, first + RECORDS_PER_CALL)))
  }
}

async function send(org: Org, call: Omit<OrgRequest, 'path' | 'body'>, records: readonly object[]): Promise<Outcome[]> {
  const body = { allOrNone: false, records }
  const replies = await org.json({ ...call, path: '/composite/sobjects', body }, results.length(records.length))
  return replies.map(toOutcome)
}

function withType(object: string, records: readonly RecordToSend[]): object[] {
  return records.map((record) => ({ attributes: { type: object }, ...record }))
}

function toOutcome({ id, success, errors }: z.infer<typeof results>[number]): Outcome {
  if (success) return { ok: true, id: id ?? '' }
  const [error] = errors
  return { ok: false, code: error?.statusCode ?? 'UNKNOWN', fields: error?.fields ?? [] }
}

/** One that is gone already counts as deleted. */
export function gone(outcome: Outcome, id: string): Outcome {
  return !outcome.ok && outcome.code === 'ENTITY_IS_DELETED' ? { ok: true, id } : outcome
}
