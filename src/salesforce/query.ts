import { z } from 'zod'
import { QUERIES_PER_CALL } from '../domain/read-plan.js'
import { MhError } from '../errors.js'
import { failureInComposite, OrgRefused, readErrors } from './failure.js'
import { pathOfLink } from './hosts.js'
import type { Org } from './org.js'
import { literal, type Soql } from './soql.js'

/** A record with its parents flattened: `Account.Name` is a key. Empty and null are undefined. */
export type FlatRow = Readonly<Record<string, string | undefined>>

/** A statement with one IN list, so that it can be split when the org finds it too much. */
export interface ListQuery {
  values: readonly string[]
  statement: (values: readonly string[]) => Soql
  /** Deleted and merged records as well (queryAll). */
  deletedToo?: boolean
  /** What is missing without it, where the rest is worth having all the same: a refusal then gives no rows. */
  optional?: string
}

/** Rows of each query in the order of the queries, and which optional ones the org refused. */
export interface QueryResults {
  rows: FlatRow[][]
  refused: string[]
}

interface Pending {
  query: ListQuery
  /** Index of the caller's query that the rows belong to. */
  owner: number
  /** The next page, once the first has come. */
  next?: string
  received: number
}

/** A SOQL statement may have 100,000 characters (soql.md §4); some room for what surrounds the list. */
const LIST_CHARACTERS = 96_000
/** Below this a list that is too much for the org is not split any further (pitfalls.md §4). */
const FEWEST = 50
const TOO_MUCH = new Set(['QUERY_TOO_COMPLICATED', 'QUERY_TIMEOUT', 'EXCEEDED_ID_LIMIT', 'OPERATION_TOO_LARGE'])

const pageBody = z.object({
  totalSize: z.number().int(),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(z.record(z.string(), z.unknown())),
})
const compositeReply = z.object({
  compositeResponse: z.array(z.object({ referenceId: z.string(), httpStatusCode: z.number(), body: z.unknown() })),
})

/**
 * Runs statements five to a call through POST /composite, which lifts the limit of a URI (rest.md §4) and counts once.
 * Follows every page and proves that all rows came. A refused statement is a `OrgRefused`, unless it is optional.
 */
export async function queryLists(org: Org, queries: readonly ListQuery[]): Promise<QueryResults> {
  const results: QueryResults = { rows: queries.map(() => []), refused: [] }
  const queue: Pending[] = queries.map((query, owner) => ({ query, owner, received: 0 }))
  while (queue.length > 0) {
    const batch = queue.splice(0, QUERIES_PER_CALL)
    const replies = await sendBatch(org, batch)
    for (const [index, pending] of batch.entries()) queue.push(...takeReply(pending, replies[index], results))
  }
  return results
}

/** Splits values into lists of at most `count`, each short enough for one statement. */
export function chunkList(values: readonly string[], count: number): string[][] {
  const chunks: string[][] = []
  let characters = 0
  for (const value of values) {
    const size = literal(value).length + 1
    const last = chunks.at(-1)
    if (last && last.length < count && characters + size <= LIST_CHARACTERS) last.push(value)
    else {
      chunks.push([value])
      characters = 0
    }
    characters += size
  }
  return chunks
}

interface Reply {
  httpStatusCode: number
  body: unknown
}

async function sendBatch(org: Org, batch: readonly Pending[]): Promise<Reply[]> {
  const { apiVersion, instanceUrl } = await org.session()
  const compositeRequest = batch.map(({ query, next }, index) => ({
    method: 'GET',
    referenceId: `q${index}`,
    url: next === undefined ? firstPage(query, apiVersion) : pathOfLink(next, instanceUrl),
  }))
  const body = { allOrNone: false, compositeRequest }
  const reply = await org.json(
    { method: 'POST', path: '/composite', body, repeatable: true },
    compositeReply,
    failureInComposite,
  )
  if (reply.compositeResponse.length !== batch.length) throw incomplete('a composite reply lacks an answer')
  return reply.compositeResponse
}

function firstPage({ statement, values, deletedToo }: ListQuery, apiVersion: string): string {
  return `/services/data/v${apiVersion}/${deletedToo ? 'queryAll' : 'query'}?q=${encodeURIComponent(statement(values))}`
}

/** Keeps the rows of one answer; returns what is still to be asked because of it. */
function takeReply(pending: Pending, reply: Reply | undefined, results: QueryResults): Pending[] {
  if (reply?.httpStatusCode !== 200) return splitOrRefuse(pending, reply, results)
  const page = pageBody.parse(reply.body)
  const received = pending.received + page.records.length
  results.rows[pending.owner]?.push(...page.records.map((record) => flatten(record)))
  // A page without rows, or with more than there are, leads in a circle.
  const circles = page.records.length === 0 || received >= page.totalSize
  if (page.nextRecordsUrl !== undefined && circles) throw incomplete('the pages have no end')
  if (page.nextRecordsUrl !== undefined) return [{ ...pending, next: page.nextRecordsUrl, received }]
  if (!page.done || received !== page.totalSize) throw incomplete(`${received} of ${page.totalSize} rows came`)
  return []
}

function splitOrRefuse(pending: Pending, reply: Reply | undefined, results: QueryResults): Pending[] {
  const code = readErrors(reply?.body).code ?? `HTTP ${reply?.httpStatusCode ?? 0}`
  const { query, owner } = pending
  const half = Math.ceil(query.values.length / 2)
  if (!TOO_MUCH.has(code) || half < FEWEST || pending.next !== undefined) {
    if (query.optional === undefined) throw new OrgRefused(code)
    results.refused.push(`${query.optional} (${code})`)
    return []
  }
  return [query.values.slice(0, half), query.values.slice(half)].map((values) => ({
    query: { ...query, values },
    owner,
    received: 0,
  }))
}

function flatten(record: Record<string, unknown>, prefix = ''): Record<string, string | undefined> {
  // Without a prototype, so that a field of any name is only a field.
  const flat = Object.create(null) as Record<string, string | undefined>
  for (const [name, value] of Object.entries(record)) {
    if (name === 'attributes') continue
    if (typeof value === 'object' && value !== null)
      Object.assign(flat, flatten(value as Record<string, unknown>, `${prefix}${name}.`))
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      flat[prefix + name] = String(value)
  }
  return flat
}

function incomplete(why: string): MhError {
  return new MhError(
    'SF_READ_INCOMPLETE',
    `Salesforce did not send all it announced: ${why}.`,
    'Nothing was decided on partial data; run the command again.',
  )
}
