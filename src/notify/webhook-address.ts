import { MhError } from '../errors.js'

/**
 * The address of a webhook: https, or http to a loopback address. Throws CONFIG_INVALID naming the variable and not the address,
 * which is a secret: whoever knows it may write there.
 */
export function webhookAddress(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const safe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
  if (safe && url.username === '' && url.password === '') return url
  throw new MhError(
    'CONFIG_INVALID',
    `${name} is not an address that messages may be sent to.`,
    'It begins with https:// and has no user or password in it; http:// is taken for a loopback address only.',
  )
}

/** Whether a host, as a URL has it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/u.test(hostname) || hostname === 'localhost' || hostname === '[::1]'
}
