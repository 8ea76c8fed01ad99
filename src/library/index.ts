import { LazyEnricher } from './lazy-enricher.js'
import type { Enricher, EnricherOptions } from './types.js'

export type {
  EnrichAnswer,
  EnrichedAnswer,
  Enricher,
  EnricherOptions,
  EnrichOptions,
  PlatformDb,
  PlatformId,
  Reason,
} from './types.js'

/**
 * What a registration route calls after it has saved. Opens and loads nothing before the first `enrich`, and never throws: what
 * is wrong with the options or the settings is the reason of the answers, for sign-up must not fail because of it.
 */
export function createEnricher(options: EnricherOptions = {}): Enricher {
  return new LazyEnricher(options)
}
