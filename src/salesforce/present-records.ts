import type { Org } from './org.js'
import { chunkList, queryLists, type FlatRow, type ListQuery } from './query.js'
import { fragment, identifiers, soql } from './soql.js'

/** Records of one object whose field `by` has one of these values. */
export interface RowsWanted {
  object: string
  fields: readonly string[]
  by: string
  values: readonly string[]
  /** And of these another one. */
  within?: { field: string; values: readonly string[] }
  /** Counts instead of records: `fields` are then what is grouped by, and `records` is the count. */
  counted?: boolean
  /** What is missing without them, where the org may refuse to tell. */
  optional?: string
}

/** Ids in one statement: its reply is one page. */
const IDS_PER_QUERY = 2_000

/** The living records of several questions, as they are now: five statements of 2,000 values to a call. */
export async function readPresent(org: Org, wanted: readonly RowsWanted[]): Promise<FlatRow[][]> {
  const queries = wanted.map(queriesOf)
  const { rows } = await queryLists(org, queries.flat())
  let at = 0
  return queries.map(({ length }) => rows.slice(at, (at += length)).flat())
}

function queriesOf({ object, fields, by, values, within, counted, optional }: RowsWanted): ListQuery[] {
  if (values.length === 0 || within?.values.length === 0) return []
  const [from, field, list] = [identifiers([object]), identifiers([by]), identifiers(fields)]
  const and = within ? soql` AND ${identifiers([within.field])} IN ${within.values}` : soql``
  const statement = counted
    ? (some: readonly string[]) =>
        soql`SELECT ${list}, COUNT(Id) records FROM ${from} WHERE ${field} IN ${some}${fragment(and)} GROUP BY ${list}`
    : (some: readonly string[]) => soql`SELECT ${list} FROM ${from} WHERE ${field} IN ${some}${fragment(and)}`
  return chunkList([...new Set(values)], IDS_PER_QUERY).map((some) => ({ values: some, statement, optional }))
}
