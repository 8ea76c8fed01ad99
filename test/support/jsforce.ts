import { createRequire } from 'node:module'
import type * as Jsforce from 'jsforce'

const require = createRequire(import.meta.url)
const whole = require('jsforce') as typeof Jsforce
const part = require('jsforce/lib/connection.js') as Pick<typeof Jsforce, 'Connection'>

/**
 * jsforce whole. Its class is taken from where it is written: jsforce's own modules need each other in a circle, and where a part of it
 * was loaded first, as ours loads it, the whole has no `Connection`.
 */
export const { Connection } = part
export const { OAuth2 } = whole
export type Connection = Jsforce.Connection
