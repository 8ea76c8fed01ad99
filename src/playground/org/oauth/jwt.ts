import { type KeyObject, verify } from 'node:crypto'
import { OAuthError } from '../org-error.js'

/** The claims that the JWT bearer flow looks at (auth.md §2). */
export interface Claims {
  readonly iss: string
  /** The username: `prn` wins over `sub`. */
  readonly username: string
  readonly aud: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Bad signature, wrong certificate, expired, malformed: all the same words (auth.md §2). */
export function invalidAssertion(): OAuthError {
  return new OAuthError('invalid_grant', 'invalid assertion')
}

/** Reads the claims of an RS256 assertion without believing them. Throws OAuthError when it is malformed. */
export function readClaims(assertion: string): Claims {
  const [header, claims, signature, ...more] = assertion.split('.')
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) {
    throw invalidAssertion()
  }
  if (decode(header)['alg'] !== 'RS256') throw invalidAssertion()
  const { iss, sub, prn, aud, exp } = decode(claims)
  const username = prn ?? sub
  // A shipping client sends exp as a string, another in milliseconds: only the past is refused (auth.md §2).
  const expiresAt = typeof exp === 'number' || typeof exp === 'string' ? Number(exp) * 1000 : NaN
  if (typeof iss !== 'string' || typeof username !== 'string' || typeof aud !== 'string' || Number.isNaN(expiresAt)) {
    throw invalidAssertion()
  }
  return { iss, username, aud, expiresAt }
}

/** Whether the assertion was signed by the owner of the key (RSASSA-PKCS1-v1_5 with SHA-256). */
export function isSignedBy(assertion: string, publicKey: KeyObject): boolean {
  const end = assertion.lastIndexOf('.')
  const signature = Buffer.from(assertion.slice(end + 1), 'base64url')
  return verify('RSA-SHA256', Buffer.from(assertion.slice(0, end)), publicKey, signature)
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Not JSON: the same answer as for JSON that is no object.
  }
  throw invalidAssertion()
}
