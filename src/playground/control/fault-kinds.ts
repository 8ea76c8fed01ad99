import { EDGE_STATUSES } from '../org/edge-page.js'
import type { FaultEffect } from '../org/faults.js'

/** A property of an effect, with the values that it takes. */
interface Property {
  readonly takes: string
  readonly accepts: (value: unknown) => boolean
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0
const isText = (value: unknown) => typeof value === 'string'
const yesNo: Property = { takes: 'true or false', accepts: (value) => typeof value === 'boolean' }

export const PROPERTIES = {
  status: { takes: 'a status from 200 to 599', accepts: (value) => isWhole(value) && isBetween(value, 200, 599) },
  text: { takes: 'a text', accepts: isText },
  json: { takes: 'any JSON', accepts: () => true },
  headers: { takes: 'an object of texts', accepts: isHeaders },
  code: {
    takes: 'an error code as UNABLE_TO_LOCK_ROW',
    accepts: (value) => isText(value) && /^\w+$/u.test(value),
  },
  message: { takes: 'a text', accepts: isText },
  retryAfter: { takes: 'whole seconds', accepts: isWhole },
  ms: { takes: 'whole milliseconds', accepts: isWhole },
  bytes: { takes: 'a whole number of bytes', accepts: isWhole },
  share: { takes: 'a number from 0 to 1', accepts: (value) => typeof value === 'number' && isBetween(value, 0, 1) },
  to: { takes: 'the URL of another host', accepts: (value) => isText(value) && URL.canParse(value) },
  thenStall: yesNo,
  applied: yesNo,
} satisfies Record<string, Property>

export type PropertyName = keyof typeof PROPERTIES

interface FaultKind {
  readonly means: string
  readonly needs: readonly PropertyName[]
  readonly takes: readonly PropertyName[]
}

/** Every kind of scripted fault; `applied` among what it takes: the work can be done before the answer is withheld. */
export const FAULT_KINDS: Readonly<Record<FaultEffect['kind'], FaultKind>> = {
  reply: {
    means: 'answers a status and a body of your own',
    needs: ['status'],
    takes: ['text', 'json', 'headers', 'applied'],
  },
  error: {
    means: 'answers an error code of Salesforce, with its status and in the shape of the path',
    needs: ['code'],
    takes: ['message', 'status', 'applied'],
  },
  edge: {
    means: `answers the HTML page of a proxy: status ${EDGE_STATUSES.join(', ')}`,
    needs: ['status'],
    takes: ['retryAfter', 'applied'],
  },
  drop: { means: 'closes the socket without an answer', needs: [], takes: ['applied'] },
  stall: { means: 'never answers, and keeps the socket open', needs: [], takes: ['applied'] },
  delay: { means: 'answers late', needs: ['ms'], takes: [] },
  cut: { means: 'ends the body after so many bytes', needs: ['bytes'], takes: ['thenStall'] },
  maintenance: { means: 'answers 503 with the page of a maintenance window', needs: [], takes: [] },
  expire: { means: 'ends all sessions just before the request', needs: [], takes: [] },
  revoke: { means: 'revokes all refresh tokens and sessions just before the request', needs: [], takes: [] },
  lock: {
    means:
      'a share of the records that the request (or the ingest job it is about) writes fails with UNABLE_TO_LOCK_ROW',
    needs: ['share'],
    takes: [],
  },
  redirect: { means: 'sends the client to another host', needs: ['to'], takes: ['status'] },
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return Number(value) >= least && Number(value) <= most
}

function isHeaders(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isText)
}
