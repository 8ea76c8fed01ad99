import { createRequire } from 'node:module'
import type * as Jsforce from 'jsforce'

/** jsforce whole, as Node gives it: what a test runner makes of its one export depends on which part of it was loaded first. */
export const { Connection, OAuth2 } = createRequire(import.meta.url)('jsforce') as typeof Jsforce
export type Connection = Jsforce.Connection
