import { join } from 'node:path'
import { matchingOf, orgOf } from '../app/org-of-settings.js'
import type { Settings } from '../app/settings.js'
import type { Clock } from '../clock.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { MatchPolicy } from '../domain/match.js'
import { FieldCache } from '../salesforce/fields.js'
import type { Org } from '../salesforce/org.js'
import { PeopleSource } from '../salesforce/people-source.js'

/** The org as lookups of one process use it. */
export class OpenOrg {
  readonly policy: MatchPolicy & EnrichmentPolicy
  readonly #org: Org

  constructor(
    private readonly settings: Settings,
    private readonly directory: string,
    private readonly clock: Clock,
  ) {
    this.policy = matchingOf(settings)
    this.#org = orgOf(settings, directory, clock)
  }

  /** Reads people for one lookup; it ends with the signal, and disturbs no other. */
  people(signal: AbortSignal): PeopleSource {
    const org = this.#org.beside(signal)
    const { tierField, ownKeyField } = this.settings.policy.enrichment
    const fields = new FieldCache(org, join(this.directory, 'fields'), this.clock)
    return new PeopleSource(org, fields, { tier: tierField, ownKey: ownKeyField })
  }
}
