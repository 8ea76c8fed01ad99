import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from './jsforce.js'
import type { User } from './cli.js'

/** What somebody in marketing or sales does in the org by hand, with a client that is not ours. */
export function crmUser(user: User): Connection {
  const directory = join(user.home, 'data/mh-sf/sessions')
  const [file = ''] = readdirSync(directory).filter((name) => name.endsWith('.json'))
  const { session } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as {
    session: { accessToken: string; instanceUrl: string }
  }
  const { accessToken, instanceUrl } = session
  return new Connection({ accessToken, instanceUrl, version: '66.0' })
}

/** Converts leads into new contacts, as a salesperson does. */
export async function convertLeads(crm: Connection, leadIds: readonly string[]): Promise<string[]> {
  const asked = leadIds.map((leadId) => ({
    leadId,
    convertedStatus: 'Closed - Converted',
    doNotCreateOpportunity: true,
  }))
  const results = (await crm.soap.convertLead(asked)) as { contactId: string }[]
  return results.map(({ contactId }) => contactId)
}

/** Merges one contact into another, as somebody who tidies up does. */
export async function mergeContacts(crm: Connection, winner: string, loser: string): Promise<void> {
  await crm.soap.merge({ masterRecord: { type: 'Contact', Id: winner }, recordToMergeIds: [loser] } as never)
}
