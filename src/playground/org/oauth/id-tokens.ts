import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import type { OrgCore } from '../core.js'
import { type KeptPart, smallPart } from '../kept-part.js'
import { identityUrl } from './token-reply.js'

const KEY_ID = 'playground'
const LIFETIME_MS = 2 * 60 * 1000

/** Identity tokens of OpenID Connect, signed with a key that the org makes when it needs one (auth.md §1). */
export class IdTokens {
  readonly #core: OrgCore
  #keys: { publicKey: KeyObject; privateKey: KeyObject } | undefined

  constructor(core: OrgCore) {
    this.#core = core
  }

  /** A token about the user of an access token. */
  issue(subject: { userId: string; clientId: string; accessToken: string; nonce: string | null }, now: number): string {
    const claims = {
      iss: this.#core.url(),
      sub: identityUrl(this.#core, subject.userId),
      aud: subject.clientId,
      iat: Math.floor(now / 1000),
      exp: Math.floor((now + LIFETIME_MS) / 1000),
      at_hash: createHash('sha256').update(subject.accessToken).digest().subarray(0, 16).toString('base64url'),
      ...(subject.nonce === null ? {} : { nonce: subject.nonce }),
    }
    const parts = [{ kid: KEY_ID, typ: 'JWT', alg: 'RS256' }, claims]
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${text}.${createSign('RSA-SHA256').update(text).sign(this.#pair().privateKey, 'base64url')}`
  }

  /** The keys that prove them, as a JSON Web Key Set. */
  keySet(): object {
    const { kty, n, e } = this.#pair().publicKey.export({ format: 'jwk' })
    return { keys: [{ kty, n, e, alg: 'RS256', use: 'sig', kid: KEY_ID }] }
  }

  /** For a restart: who has the keys by heart goes on trusting them. */
  kept(): KeptPart {
    return smallPart<string | null>({
      name: 'idTokenKey',
      version: () => this.#keys,
      read: () => this.#keys?.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() ?? null,
      write: (pem) => {
        if (pem === null) return
        this.#keys = { privateKey: createPrivateKey(pem), publicKey: createPublicKey(pem) }
      },
    })
  }

  #pair() {
    return (this.#keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 }))
  }
}
