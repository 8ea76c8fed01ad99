import { type ValuesOf, whole } from '../setting.js'

/** How long a deploy takes; part of the org's settings. Milliseconds of the org's clock, by default none. */
export const METADATA_SETTINGS = {
  deployQueueMs: whole(0, 'milliseconds that a metadata deploy is Pending'),
  deployProcessingMs: whole(0, 'milliseconds that it is InProgress then'),
}

export type MetadataSettings = ValuesOf<typeof METADATA_SETTINGS>
