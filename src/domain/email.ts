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

const INVISIBLE = /[\u00ad\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff]/gu
const EDGE_SPACE = /^[\s\u00a0]+|[\s\u00a0]+$/gu
const DISPLAY_NAME = /^[^<>]*<([^<>]+)>$/u
const SPACE_OR_CONTROL = /[\s\p{Cc}]/u
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u
const NOT_ASCII = /\P{ASCII}/u

/**
 * One address, in the form in which addresses are compared: trimmed, NFC, lower case, without what people paste along
 * (`Name <a@b>`, `mailto:`, invisible characters, a trailing dot), the domain in its ASCII form. Dots and plus parts
 * stay: `a.b+c@x` and `ab@x` are two people (product.md §4).
 *
 * It is generous about the part before the @ (apostrophes, quotes, backslashes): an address refused here is a person
 * lost, a strange one costs one entry of an IN list. Values from documents may be anything at all; never throws.
 */
export function normaliseEmail(raw: unknown): EmailResult {
  if (typeof raw !== 'string') return { ok: false, problem: 'not text' }
  const bare = withoutWrapping(raw)
  if (bare === '') return { ok: false, problem: 'empty' }
  if (bare.length > 254) return { ok: false, problem: 'longer than 254 characters' }
  const at = bare.lastIndexOf('@')
  if (at === -1) return { ok: false, problem: 'no single @' }
  const local = bare.slice(0, at)
  const domain = bare.slice(at + 1)
  const problem = problemOfLocal(local) ?? problemOfDomain(domain)
  if (problem) return { ok: false, problem }
  return { ok: true, email: `${local}@${asciiDomain(domain)}` as NormalEmail }
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

function withoutWrapping(raw: string): string {
  const text = raw.normalize('NFC').replace(INVISIBLE, '').replace(EDGE_SPACE, '')
  const inner = DISPLAY_NAME.exec(text)?.[1] ?? text
  return inner
    .replace(EDGE_SPACE, '')
    .replace(/^mailto:/iu, '')
    .replace(/\.$/u, '')
    .toLowerCase()
    .normalize('NFC')
}

function problemOfLocal(local: string): EmailProblem | undefined {
  if (local === '') return 'no name before the @'
  if (/^".*"$/u.test(local)) return undefined
  if (SPACE_OR_CONTROL.test(local)) return 'spaces or control characters inside'
  if (/[,;]/u.test(local)) return 'several addresses'
  return local.includes('@') ? 'no single @' : undefined
}

function problemOfDomain(domain: string): EmailProblem | undefined {
  if (domain === '') return 'no domain after the @'
  if (SPACE_OR_CONTROL.test(domain)) return 'spaces or control characters inside'
  const labels = domain.split('.')
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) ? undefined : 'not a domain after the @'
}

function asciiDomain(domain: string): string {
  if (!NOT_ASCII.test(domain)) return domain
  const url = URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`) : undefined
  return url?.hostname ?? domain
}
