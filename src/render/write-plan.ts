import type { WritePlan, WriteWay } from '../domain/write-plan.js'

const SHOWN: Record<WriteWay, string> = { collections: 'collections', bulk: 'Bulk' }

/** The ways in which rows are written, behind what it costs; a Bulk job, which is not the everyday, with its reason below. */
export function waysText(writes: readonly WritePlan[], indent = ' '.repeat(9)): string {
  if (writes.length === 0) return ''
  const ways = [...new Set(writes.map(({ way }) => SHOWN[way]))].join(' and ')
  const why = writes.flatMap(({ way, because }) => (way === 'bulk' ? [because] : []))
  return ` by ${ways}${[...new Set(why)].map((because) => `\n${indent}because ${because}`).join('')}`
}
