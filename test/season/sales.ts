import type { Connection } from 'jsforce'
import { convertLeads, mergeContacts } from '../support/crm.js'
import type { Identities } from './identities.js'

/** What sales and marketing do in the org by hand, with a client that is not ours; who somebody is by then is kept in step. */
export class Sales {
  readonly #crm: Connection
  readonly #identities: Identities

  constructor(crm: Connection, identities: Identities) {
    this.#crm = crm
    this.#identities = identities
  }

  /** Each lead becomes a new contact of a new account. */
  async convert(leadIds: readonly string[]): Promise<void> {
    const contactIds = await convertLeads(this.#crm, leadIds)
    for (const [at, leadId] of leadIds.entries()) this.#identities.became(leadId, contactIds[at] ?? '')
  }

  /** Each lead is found to be somebody whom the org knows under another address. */
  async convertInto(pairs: readonly { leadId: string; contactId: string; accountId: string }[]): Promise<void> {
    const status = { convertedStatus: 'Closed - Converted', doNotCreateOpportunity: true }
    if (pairs.length > 0) await this.#crm.soap.convertLead(pairs.map((pair) => ({ ...pair, ...status })))
    for (const { leadId, contactId } of pairs) this.#identities.became(leadId, contactId)
  }

  async merge(pairs: readonly { winner: string; loser: string }[]): Promise<void> {
    for (const { winner, loser } of pairs) {
      await mergeContacts(this.#crm, winner, loser)
      this.#identities.became(loser, winner)
    }
  }

  /** Writes one value into one field of each contact. */
  async edit(fields: ReadonlyMap<string, string>, value: string): Promise<void> {
    const records = [...fields].map(([Id, field]) => ({ Id, [field]: value }))
    const results = await this.#crm.sobject('Contact').update(records)
    if (results.some(({ success }) => !success)) throw new Error('an edit by hand was refused')
  }
}
