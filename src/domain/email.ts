/** An address in the one form in which addresses are compared. Only `normaliseEmail` makes one. */
export type NormalEmail = string & { readonly normalEmail: unique symbol }

export type EmailProblem =
  | 'not text'
  | 'empty'
  | 'no single @'
  | 'no name before the @'
  | 'no domain after the @'
  | 'spaces or control characters inside'
  | 'several addresses'
  | 'not a domain after the @'
  | 'longer than 254 characters'

export type EmailResult = { ok: true; email: NormalEmail } | { ok: false; problem: EmailProblem }

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
const WRAPPED = /^([^<>]*)<([^<>]+)>$/u
const LIKE_AN_ADDRESS = /[^\s"']@[^\s"']/u
const QUOTED = /^"(?:[^"\\]|\\.)*"$/su
const CONTROL = /[\p{Cc}\p{Cs}]/u
const NOT_ASCII = /\P{ASCII}/u
/** In a domain that is not ASCII yet: what a URL would take for a path, a port or a user. */
const NOT_IN_DOMAIN = /[^a-z0-9.\-\P{ASCII}]/u
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/u
/** RFC 5321, with the angle brackets off. */
const LONGEST = 254

/**
 * One address, in the form in which addresses are compared: trimmed, NFC, lower case, without what people paste along
 * (`Name <a@b>`, `mailto:`, invisible characters, a trailing dot), the domain in its ASCII form. Dots and plus parts
 * stay: `a.b+c@x` and `ab@x` are two people (product.md §4).
 *
 * It is generous about the part before the @ (apostrophes, quotes, backslashes): an address refused here is a person
 * lost, a strange one costs one entry of an IN list. Values from documents may be anything at all; never throws, and
 * takes time in proportion to their length: a form that anybody may fill in can hold a megabyte of spaces.
 */
export function normaliseEmail(raw: unknown): EmailResult {
  if (typeof raw !== 'string') return { ok: false, problem: 'not text' }
  const bare = bareAddress(raw)
  if (bare === undefined) return { ok: false, problem: 'several addresses' }
  if (bare === '') return { ok: false, problem: 'empty' }
  if (bare.length > LONGEST) return { ok: false, problem: 'longer than 254 characters' }
  const at = bare.lastIndexOf('@')
  if (at === -1) return { ok: false, problem: 'no single @' }
  const local = bare.slice(0, at)
  const domain = asciiDomain(bare.slice(at + 1))
  const problem = problemOfLocal(local) ?? problemOfDomain(domain)
  if (problem) return { ok: false, problem }
  const email = `${local}@${domain}`
  // The ASCII form of a domain is longer than the one that was typed.
  return email.length > LONGEST
    ? { ok: false, problem: 'longer than 254 characters' }
    : { ok: true, email: email as NormalEmail }
}

/** The spellings under which the org may hold this address: as compared, and for IDN domains in Unicode as well. */
export function spellings(email: NormalEmail, unicodeDomain: (ascii: string) => string): string[] {
  const domain = domainOf(email)
  if (!domain.includes('xn--')) return [email]
  const unicode = unicodeDomain(domain)
  return unicode === '' || unicode === domain ? [email] : [email, `${localPartOf(email)}@${unicode}`]
}

export function domainOf(email: NormalEmail): string {
  return email.slice(email.lastIndexOf('@') + 1)
}

export function localPartOf(email: NormalEmail): string {
  return email.slice(0, email.lastIndexOf('@'))
}

/** For screens and logs that other people may see: `a…@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  const first = String.fromCodePoint(email.codePointAt(0) ?? 0x2026)
  return at < 1 ? `${first}…` : `${first}…${email.slice(at)}`
}

/** Without what is pasted along; undefined when `Name <a@b>` names another address than it holds. */
function bareAddress(raw: string): string | undefined {
  const text = raw.normalize('NFC').replace(INVISIBLE, '').trim().toLowerCase().normalize('NFC')
  const [, name = '', inner = text] = WRAPPED.exec(text) ?? []
  const address = inner
    .trim()
    .replace(/^(?:mailto:\s*)+/u, '')
    .replace(/\.$/u, '')
  return LIKE_AN_ADDRESS.test(name.replaceAll(address, '')) ? undefined : address
}

function problemOfLocal(local: string): EmailProblem | undefined {
  if (local === '') return 'no name before the @'
  if (CONTROL.test(local)) return 'spaces or control characters inside'
  if (QUOTED.test(local)) return undefined
  if (local.includes('@')) return /[\s,;]/u.test(local) ? 'several addresses' : 'no single @'
  if (/\s/u.test(local)) return 'spaces or control characters inside'
  return /[,;]/u.test(local) ? 'several addresses' : undefined
}

function problemOfDomain(domain: string): EmailProblem | undefined {
  if (domain === '') return 'no domain after the @'
  if (/\s/u.test(domain) || CONTROL.test(domain)) return 'spaces or control characters inside'
  return DOMAIN.test(domain) ? undefined : 'not a domain after the @'
}

/** The ASCII form of a domain, or the domain itself where it has none. */
function asciiDomain(domain: string): string {
  if (!NOT_ASCII.test(domain) || NOT_IN_DOMAIN.test(domain)) return domain
  const url = `http://${domain}`
  return URL.canParse(url) ? new URL(url).hostname : domain
}
