/** The id of a Contact or Lead in its form of 18 characters, or what is wrong with it: no such id by its `shape`, or its `suffix` says that it is mistyped. */
export type RecordIdResult = { ok: true; id: string } | { ok: false; problem: 'shape' | 'suffix' }

/** Contacts and Leads by their prefixes (rest.md §10). */
const SHAPE = /^(?<counts>00[3Q][0-9A-Za-z]{12})(?<checks>[0-9A-Za-z]{3})?$/u
const CHECKS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
const GROUP = 5

/**
 * Reads an id of a Contact or Lead as it is typed or stored. Fifteen characters are the id, in which case counts; of eighteen the last
 * three say which of the others are capitals (rest.md §10), so one that is mistyped is found out here. The org refuses it in words that help nobody.
 */
export function readRecordId(typed: string): RecordIdResult {
  const { counts, checks } = SHAPE.exec(typed)?.groups ?? {}
  if (counts === undefined) return { ok: false, problem: 'shape' }
  const suffix = suffixOf(counts)
  // It has no case of its own: what stores ids without case may have changed it.
  return checks === undefined || checks.toUpperCase() === suffix
    ? { ok: true, id: counts + suffix }
    : { ok: false, problem: 'suffix' }
}

/** For each group of five a character, of whose number bit i is set where character i is a capital. */
function suffixOf(counts: string): string {
  const groups = Array.from({ length: counts.length / GROUP }, (_, at) => counts.slice(at * GROUP, (at + 1) * GROUP))
  return groups
    .map((group) => Array.from(group).reduce((bits, each, at) => bits | (/[A-Z]/u.test(each) ? 1 << at : 0), 0))
    .map((bits) => CHECKS.charAt(bits))
    .join('')
}
