import { localPartOf, type NormalEmail } from './email.js'

/** Local parts that belong to a desk, not to a person. */
const ROLES = new Set(
  'admin billing contact events hello help hr info jobs mail marketing office press sales support team webmaster'.split(
    ' ',
  ),
)

/**
 * Whether this is a role address whose record bears another name (pitfalls.md §8): no word of the two names is the
 * same. Of somebody whose name is not known, nothing is said.
 */
export function isSomebodyElsesDesk(email: NormalEmail, ourName: string | undefined, theirName: string): boolean {
  if (ourName === undefined || !ROLES.has(localPartOf(email))) return false
  const ours = words(ourName)
  return ![...words(theirName)].some((word) => ours.has(word))
}

/** Marks belong to the word: without them a name in Devanagari would fall apart into letters that many names share. */
function words(name: string): Set<string> {
  const parts = name
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
  return new Set(parts.filter((word) => word !== ''))
}
