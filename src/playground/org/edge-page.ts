import type { Reply } from './api.js'
import { badMessagePage, MAINTENANCE_PAGE } from './org-error.js'

const HTML = { 'Content-Type': 'text/html;charset=iso-8859-1' }

/** What a proxy says of itself; the reference has no recording of these four (errors.md §1). */
const REASONS = {
  414: 'URI Too Long',
  420: 'No Route For Host',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** Statuses that come from the machines in front of the org. */
export type EdgeStatus = keyof typeof REASONS
export const EDGE_STATUSES = Object.keys(REASONS).map(Number) as EdgeStatus[]

/** The page of the servlet container for what is too long (rest.md §4), of a window (limits.md §7), or of a proxy. */
export function edgePage(status: EdgeStatus, retryAfter?: number): Reply {
  const headers = retryAfter === undefined ? HTML : { ...HTML, 'Retry-After': String(retryAfter) }
  return { status, text: pageOf(status), headers }
}

function pageOf(status: EdgeStatus): string {
  const reason = REASONS[status]
  if (status === 414 || status === 431) return badMessagePage(status, reason)
  if (status === 503) return MAINTENANCE_PAGE
  return `<html><head><title>${status} ${reason}</title></head><body><h1>${status} ${reason}</h1></body></html>`
}
