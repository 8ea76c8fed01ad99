import { domainOf, localPartOf, type NormalEmail } from './email.js'

/** What all spellings of an address that reach one mailbox have in common. Only `mailboxOf` makes one. */
export type Mailbox = string & { readonly mailbox: unique symbol }

interface Provider {
  /** The first is what the others are called by. */
  domains: readonly string[]
  /** Characters of a name that make no difference there, a hyphen last. */
  ignored: string
}

/** Providers that are known to deliver several spellings to one person. */
const PROVIDERS: readonly Provider[] = [
  { domains: ['gmail.com', 'googlemail.com'], ignored: '.' },
  { domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'], ignored: '._-' },
  { domains: ['icloud.com', 'me.com', 'mac.com'], ignored: '' },
]
const QUOTED = /^"([^"\\]+)"$/u

/**
 * The mailbox of an address: without a plus part, needless quotes and what its provider ignores. Only who is to be left alone is told
 * by it, never who somebody is (product.md §4): to leave one person too many alone does no harm.
 */
export function mailboxOf(email: NormalEmail): Mailbox {
  const { names, domains } = partsOf(email)
  return `${names}@${domains[0] ?? ''}` as Mailbox
}

/**
 * A regular expression (source) that every stored spelling of the same mailbox fits, and few others do: to find documents by. Whether one
 * is meant, `mailboxOf` says.
 */
export function mailboxPattern(email: NormalEmail): string {
  const { names, domains, ignored } = partsOf(email)
  const between = ignored === '' ? '' : `[${ignored}]*`
  const name = Array.from(names, escaped).join(between)
  return `^${name}${between}(\\+[^@]*)?@(${domains.map(escaped).join('|')})$`
}

function partsOf(email: NormalEmail): { names: string; domains: readonly string[]; ignored: string } {
  const domain = domainOf(email)
  const provider = PROVIDERS.find(({ domains }) => domains.includes(domain))
  const { domains, ignored } = provider ?? { domains: [domain], ignored: '' }
  const local = localPartOf(email).normalize('NFKC')
  const bare = QUOTED.exec(local)?.[1] ?? local
  const plus = bare.indexOf('+')
  const name = plus > 0 ? bare.slice(0, plus) : bare
  const heard = Array.from(name, (each) => (ignored.includes(each) ? '' : each)).join('')
  // A name of nothing but what is ignored is nobody else's.
  return { names: heard === '' ? name : heard, domains, ignored }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')
}
