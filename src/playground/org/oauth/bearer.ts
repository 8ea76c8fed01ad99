import type { OpenCall } from '../api.js'

/** The token of `Authorization: Bearer …` or `OAuth …` (rest.md §2). */
export function bearerOf(call: Pick<OpenCall, 'headers'>): string | undefined {
  return /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(call.headers.authorization ?? '')?.[1]
}
