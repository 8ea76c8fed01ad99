import { MhError } from '../errors.js'
import type { Org } from './org.js'
import { chunkList, queryLists, type FlatRow } from './query.js'
import { identifiers, soql } from './soql.js'

/** emptyRecycleBin takes so many (objects.md §8). */
const PER_CALL = 200
const RECORD_ID = /^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/u
const RESULT = /<(?:\w+:)?result\b[^>]*>(.*?)<\/(?:\w+:)?result>/gsu
const SUCCESS = /<(?:\w+:)?success>\s*true\s*</u
const IDS_PER_QUERY = 2_000

/** Records of an object in the recycle bin whose field `by` has one of these values. */
export async function readBinned(
  org: Org,
  { object, fields, by, values }: { object: string; fields: readonly string[]; by: string; values: readonly string[] },
): Promise<FlatRow[]> {
  if (values.length === 0) return []
  const [from, list, field] = [identifiers([object]), identifiers(fields), identifiers([by])]
  const queries = chunkList(values, IDS_PER_QUERY).map((some) => ({
    values: some,
    deletedToo: true,
    statement: (those: readonly string[]) =>
      soql`SELECT ${list} FROM ${from} WHERE ${field} IN ${those} AND IsDeleted = true`,
  }))
  return (await queryLists(org, queries)).rows.flat()
}

/** Empties these records from the org's recycle bin; only SOAP does that (objects.md §8). Returns how many went. */
export async function emptyFromBin(org: Org, ids: readonly string[]): Promise<number> {
  let emptied = 0
  for (let at = 0; at < ids.length; at += PER_CALL) {
    const some = ids.slice(at, at + PER_CALL).filter((id) => RECORD_ID.test(id))
    const reply = await org.soap((token) => envelope(token, some))
    const results = [...reply.matchAll(RESULT)]
    if (results.length !== some.length) {
      throw new MhError(
        'SF_REPLY_NOT_UNDERSTOOD',
        'The org did not say what became of its recycle bin.',
        'Run the command again; what is gone stays gone.',
      )
    }
    emptied += results.filter(([, result = '']) => SUCCESS.test(result)).length
  }
  return emptied
}

function envelope(token: string, ids: readonly string[]): string {
  const list = ids.map((id) => `<urn:ids>${id}</urn:ids>`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com"><soapenv:Header><urn:SessionHeader><urn:sessionId>${escaped(token)}</urn:sessionId></urn:SessionHeader></soapenv:Header><soapenv:Body><urn:emptyRecycleBin>${list}</urn:emptyRecycleBin></soapenv:Body></soapenv:Envelope>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
