import { z } from 'zod'
import { insertRecords, type Outcome, type RecordToSend } from './collections.js'
import { orgCode, orgFields } from './failure.js'
import type { Org } from './org.js'

/** As a collection's, with the records that a duplicate rule named where it refused. */
export type LeadOutcome = Outcome & { lookalikeIds?: string[] }

/** The org found records that the new one seems to repeat (errors.md §2). */
const DUPLICATES = 'DUPLICATES_DETECTED'
/** Subrequests that one composite may hold (rest.md §8). */
export const SINGLES_PER_CALL = 25
/** A pause before a repeat stays well below the time that a claim on an address lasts. */
const LONGEST_WAIT_MS = 60_000

const errorBody = z.array(z.object({ errorCode: orgCode, fields: orgFields.default([]) })).min(1)
const named = z.object({ record: z.object({ Id: z.string() }) })
const result = z.object({ matchResults: z.array(z.object({ matchRecords: z.array(named).catch([]) })) })
/** The key is misspelt on the wire; the right spelling is taken too (rest.md §11). */
const duplicateBody = z.array(z.object({ duplicateResut: result.optional(), duplicateResult: result.optional() }))
const compositeReply = z.object({
  compositeResponse: z.array(z.object({ httpStatusCode: z.number(), body: z.unknown() })),
})
const created = z.object({ id: z.string() })

/**
 * Creates Leads, at most 200, and returns what became of each, in their order. Assignment rules, which may send mail,
 * run only when asked (rest.md §11). What a duplicate rule refuses is sent once more singly: only then does the org
 * name the records it has in mind.
 */
export async function createLeads(
  org: Org,
  records: readonly RecordToSend[],
  { assignmentRules }: { assignmentRules: boolean },
): Promise<LeadOutcome[]> {
  const headers = { 'Sforce-Auto-Assign': assignmentRules ? 'TRUE' : 'FALSE' }
  const outcomes: LeadOutcome[] = []
  const options = { headers, longestWaitMs: LONGEST_WAIT_MS }
  await insertRecords(org, 'Lead', records, (_, some) => void outcomes.push(...some), options)
  return outcomes
}

/** Whether a duplicate rule refused, and did not say yet for which records. */
export function isLikeOthers(outcome: LeadOutcome): boolean {
  return !outcome.ok && outcome.code === DUPLICATES && outcome.lookalikeIds === undefined
}

/** Sends Leads that a duplicate rule refused once more, each for itself, 25 to a call, to be told which records they are like. */
export async function createSingly(
  org: Org,
  records: readonly RecordToSend[],
  { assignmentRules }: { assignmentRules: boolean },
  settle: (first: number, outcomes: readonly LeadOutcome[]) => Promise<void>,
): Promise<void> {
  const { apiVersion } = await org.session()
  const httpHeaders = { 'Sforce-Auto-Assign': assignmentRules ? 'TRUE' : 'FALSE' }
  for (let first = 0; first < records.length; first += SINGLES_PER_CALL) {
    const compositeRequest = records.slice(first, first + SINGLES_PER_CALL).map((body, index) => ({
      method: 'POST',
      url: `/services/data/v${apiVersion}/sobjects/Lead`,
      referenceId: `lead${index}`,
      httpHeaders,
      body,
    }))
    const body = { allOrNone: false, compositeRequest }
    const request = {
      method: 'POST',
      path: '/composite',
      body,
      repeatable: false,
      longestWaitMs: LONGEST_WAIT_MS,
    } as const
    const { compositeResponse } = await org.json(request, compositeReply)
    await settle(first, compositeResponse.map(toOutcome))
  }
}

function toOutcome({ httpStatusCode, body }: z.infer<typeof compositeReply>['compositeResponse'][number]): LeadOutcome {
  const success = created.safeParse(body)
  if (httpStatusCode < 300 && success.success) return { ok: true, id: success.data.id }
  const [error] = errorBody.safeParse(body).data ?? []
  const code = error?.errorCode ?? `HTTP_${httpStatusCode}`
  return { ok: false, code, fields: error?.fields ?? [], lookalikeIds: lookalikesIn(body) }
}

function lookalikesIn(body: unknown): string[] {
  const errors = duplicateBody.safeParse(body).data ?? []
  const records = errors
    .flatMap(({ duplicateResut, duplicateResult }) => duplicateResut ?? duplicateResult ?? [])
    .flatMap(({ matchResults }) => matchResults)
    .flatMap(({ matchRecords }) => matchRecords)
  return [...new Set(records.map(({ record }) => record.Id))]
}
