import { cut } from './campaign.js'
import { domainOf, localPartOf, type NormalEmail } from './email.js'
import { isFreeMail } from './free-mail.js'

export interface LeadPolicy {
  /** Lead.LeadSource of those that we make. */
  source: string
  /** Lead.Company of somebody of whom no company is known. */
  companyPlaceholder: string
  /** A field of Lead that holds the participant's id, if the org has one. */
  ownKeyField?: string
  /** Fields that every Lead of ours gets, as an org with required fields of its own needs. */
  defaults: Readonly<Record<string, string | number | boolean>>
}

/** What the platform knows of somebody who is to become a Lead. */
export interface LeadProfile {
  participantId: string
  email: NormalEmail
  name: string
  company?: string
}

/** A field of Lead that this user may fill, as describe tells it (rest.md §9). */
export interface CreatableField {
  /** Characters; 0 where there is no bound. */
  length: number
  /** The values of a restricted picklist; undefined when any text is taken. */
  values?: readonly string[]
  /** The org refuses a record without it. */
  required: boolean
}

export type LeadFields = Readonly<Record<string, string | number | boolean>>

/** Without these there is no Lead worth having (objects.md §2). */
const ESSENTIAL = ['LastName', 'Company', 'Email'] as const

/** Why no Lead at all can be made: fields this user may not fill, and fields the org requires and nobody fills. */
export function leadProblems(
  creatable: ReadonlyMap<string, CreatableField>,
  { defaults }: LeadPolicy,
): { closed: string[]; unfilled: string[] } {
  const filled = new Set<string>([...ESSENTIAL, ...Object.keys(defaults)])
  return {
    closed: ESSENTIAL.filter((field) => !creatable.has(field)),
    unfilled: [...creatable].flatMap(([field, { required }]) => (required && !filled.has(field) ? [field] : [])),
  }
}

/**
 * The Lead that somebody becomes: name split, company by the rule, everything cut to the length the field has, and what
 * the org lacks or a restricted picklist does not know left out.
 */
export function draftLead(
  profile: LeadProfile,
  policy: LeadPolicy,
  creatable: ReadonlyMap<string, CreatableField>,
): LeadFields {
  const { first, last } = splitName(profile.name, profile.email)
  const wanted: Record<string, string | number | boolean> = {
    ...policy.defaults,
    ...(first === '' ? {} : { FirstName: first }),
    LastName: last,
    Company: companyOf(profile, policy.companyPlaceholder),
    Email: profile.email,
    LeadSource: policy.source,
    ...(policy.ownKeyField === undefined ? {} : { [policy.ownKeyField]: profile.participantId }),
  }
  const fields = Object.entries(wanted).flatMap(([field, value]) => {
    const detail = creatable.get(field)
    const fitting = detail && fit(value, detail)
    return fitting === undefined ? [] : [[field, fitting] as const]
  })
  return Object.fromEntries(fields)
}

function fit(value: string | number | boolean, { length, values }: CreatableField) {
  if (typeof value !== 'string') return value
  if (values) return values.find((each) => each.toLowerCase() === value.toLowerCase())
  return length === 0 ? value : cut(value, length)
}

/** Words that belong to the family name behind them, however they are written … */
const PARTICLES = new Set('van von vom der den del della dello degli dos das zu zum zur ter ten bin ibn'.split(' '))
/** … and those that do so only in small letters: Le, Di and La are names of their own as well. */
const SMALL_PARTICLES = new Set('de di da do du la le lo el al'.split(' '))
const FAMILY_NAME_FIRST = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\s]+$/u
const SUFFIX = /^(?:jr|sr|ph\.?d|m\.?d|esq|i{2,3}|iv)\.?$/iu

/**
 * One name as the two that Salesforce wants (platform.md: `name` is one field). The last word is the family name, with
 * the particles before it and a suffix behind; "Family, Given" and names in Chinese, Japanese or Korean letters put the family first; one word
 * alone is the family name, which is the one that must be there. Of nobody with a name, the address tells one.
 */
export function splitName(name: string, email: NormalEmail): { first: string; last: string } {
  const text = name
    .replace(/[\p{Cc}\p{Cf}<>]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  if (!/[\p{L}\p{N}]/u.test(text) || text.includes('@')) return { first: '', last: localPartOf(email) }
  const [family = '', given, ...more] = text.split(',').map((part) => part.trim())
  const isSuffix = given === undefined || SUFFIX.test(given)
  if (!isSuffix && more.length === 0 && family !== '' && given !== '') return { first: given, last: family }
  const words = text.split(/[\s,]+/u).filter((word) => word !== '')
  if (words.length > 1 && FAMILY_NAME_FIRST.test(text)) return { first: words.slice(1).join(' '), last: words[0] ?? '' }
  const at = startOfFamilyName(words)
  return { first: words.slice(0, at).join(' '), last: words.slice(at).join(' ') }
}

function startOfFamilyName(words: readonly string[]): number {
  const last = words.length - 1
  let at = last > 1 && SUFFIX.test(words[last] ?? '') ? last - 1 : last
  while (at > 1 && isParticle(words[at - 1] ?? '')) at -= 1
  return at
}

function isParticle(word: string): boolean {
  return PARTICLES.has(word.toLowerCase()) || SMALL_PARTICLES.has(word)
}

/** The company of the profile; else the domain of the address, unless anybody can have one there; else the placeholder. */
export function companyOf(
  { company = '', email }: Pick<LeadProfile, 'company' | 'email'>,
  placeholder: string,
): string {
  const stated = company.trim()
  if (stated !== '') return stated
  const domain = domainOf(email)
  return isFreeMail(domain) ? placeholder : domain
}
