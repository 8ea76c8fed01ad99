import { join } from 'node:path'
import { credentialsOf, type Settings } from '../app/settings.js'
import type { Clock } from '../clock.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { MatchPolicy } from '../domain/match.js'
import { FieldCache } from '../salesforce/fields.js'
import { Org } from '../salesforce/org.js'
import { PeopleSource } from '../salesforce/people-source.js'
import { Slots } from '../salesforce/slots.js'

/** The org as lookups of one process use it. */
export class OpenOrg {
  readonly policy: MatchPolicy & EnrichmentPolicy
  readonly #org: Org

  constructor(
    private readonly settings: Settings,
    private readonly directory: string,
    private readonly clock: Clock,
  ) {
    const { match, enrichment, quota } = settings.policy
    const { concurrency, ...allowance } = quota
    this.policy = { ...match, existingCustomer: enrichment.existingCustomer }
    this.#org = new Org(credentialsOf(settings), join(directory, 'sessions'), clock)
    this.#org.transport.quota = allowance
    this.#org.transport.slots = new Slots(concurrency)
  }

  /** Reads people for one lookup; it ends with the signal, and disturbs no other. */
  people(signal: AbortSignal): PeopleSource {
    const org = this.#org.beside(signal)
    const { tierField, ownKeyField } = this.settings.policy.enrichment
    const fields = new FieldCache(org, join(this.directory, 'fields'), this.clock)
    return new PeopleSource(org, fields, { tier: tierField, ownKey: ownKeyField })
  }
}
