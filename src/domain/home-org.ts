/** What is known of the org that a database belongs to. */
export interface HomeOrg {
  /** The org for which something was first written into the database. */
  bound?: string
  /** The one that settings name. */
  named?: string
}

/**
 * Whether an org may be read and written with a database: it is the database's own, or would be its first one, or the settings say that
 * the database moves to it, or it is another one, to which none of the links in the database lead.
 */
export type HomeVerdict = 'own' | 'first' | 'moves' | 'other'

export function judgeOrg({ bound, named }: HomeOrg, orgId: string): HomeVerdict {
  if (named !== undefined && !isSameId(named, orgId)) return 'other'
  if (bound === undefined) return 'first'
  if (isSameId(bound, orgId)) return 'own'
  return named === undefined ? 'other' : 'moves'
}

/** The last three of an id's 18 characters only repeat how the first 15 are written (rest.md §10). */
export function isSameId(one: string, other: string): boolean {
  return one.slice(0, 15) === other.slice(0, 15)
}
