import { join } from 'node:path'
import type { Clock } from '../clock.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { MatchPolicy } from '../domain/match.js'
import { Org } from '../salesforce/org.js'
import { Slots } from '../salesforce/slots.js'
import type { Vault } from '../salesforce/vault.js'
import { credentialsOf, type Settings } from './settings.js'

/** The org that settings name, with what may be spent of it; sessions are kept below `directory`, sealed where there is a vault. Throws CONFIG_MISSING. */
export function orgOf(settings: Settings, directory: string, clock: Clock, vault?: Vault): Org {
  const org = new Org(credentialsOf(settings), join(directory, 'sessions'), clock, vault)
  const { concurrency, ...quota } = settings.policy.quota
  org.transport.quota = quota
  org.transport.slots = new Slots(concurrency)
  return org
}

/** How people are matched and what is written about them. */
export function matchingOf({ policy }: Settings): MatchPolicy & EnrichmentPolicy {
  const { match, enrichment } = policy
  return { ...match, existingCustomer: enrichment.existingCustomer }
}
