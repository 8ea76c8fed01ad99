import { distance } from 'fastest-levenshtein'
import type { FieldValue } from './store.js'

/** A record with the names of a person; the first may be empty. */
export type Named = Readonly<Record<string, FieldValue>>

/**
 * Whether two names may be one person's: alike in both parts, or with first and last name swapped; a first name that is
 * empty on either side does not count. The standard rule scores with several algorithms of which this keeps the outcome
 * for ordinary names: equal without case and accents, an initial, or one letter off.
 */
export function alikeNames(a: Named, b: Named): boolean {
  const [one, other] = [namesOf(a), namesOf(b)]
  if (one.first === '' || other.first === '') return alike(one.last, other.last)
  const inOrder = alikeFirst(one.first, other.first) && alike(one.last, other.last)
  return inOrder || (alikeFirst(one.first, other.last) && alike(one.last, other.first))
}

function namesOf(person: Named): { first: string; last: string } {
  return { first: folded(person['FirstName']), last: folded(person['LastName']) }
}

function folded(name: FieldValue | undefined): string {
  return typeof name === 'string' ? name.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase() : ''
}

function alikeFirst(a: string, b: string): boolean {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  const isInitial = /^\p{L}\.?$/u.test(shorter) && longer.startsWith(shorter.charAt(0))
  return isInitial || alike(a, b)
}

/** One letter off is another name when the name is short. */
function alike(a: string, b: string): boolean {
  return a === b || (Math.min(a.length, b.length) >= 4 && distance(a, b) <= 1)
}
