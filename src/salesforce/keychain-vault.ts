import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { MhError } from '../errors.js'
import type { Keychain, KeychainAnswer } from './keychain.js'
import { PrivateFile } from './private-file.js'
import type { SecretStore, SecretStoreState } from './secret-store.js'
import { secretsLocked, type Vault } from './vault.js'

const ACCOUNT = 'sessions'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Files whose key the keychain keeps, as other command lines have it: one entry and one question for all logins, of any size, and a
 * renewed token is there in one rename.
 */
export class KeychainVault implements Vault {
  #key: Promise<KeychainAnswer> | undefined

  constructor(
    private readonly asked: Exclude<SecretStore, 'file'>,
    private readonly keychain: Pick<Keychain, 'read' | 'write'>,
    private readonly directory: string,
  ) {}

  async ready(): Promise<void> {
    await this.#sealingKey()
  }

  async seal(text: string, context: string): Promise<string | undefined> {
    const key = await this.#sealingKey()
    if (!key) return undefined
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context))
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
  }

  async open(box: string, context: string): Promise<string | undefined> {
    const answer = await this.#readKey({ make: false })
    const key = keyIn(answer)
    if (!key) throw locked(answer)
    const bytes = Buffer.from(box, 'base64')
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    try {
      const body = bytes.subarray(NONCE_BYTES + TAG_BYTES)
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }

  /** Which store a new login would be kept in. Makes no key. */
  async state(): Promise<SecretStoreState> {
    const answer = await this.#readKey({ make: false })
    if (!('problem' in answer)) return { asked: this.asked, used: 'keychain' }
    const used = this.asked === 'keychain' ? 'keychain' : 'file'
    return { asked: this.asked, used, why: answer.problem, isBroken: answer.isAbsent !== true }
  }

  async #sealingKey(): Promise<Buffer | undefined> {
    const answer = await this.#readKey({ make: true })
    const key = keyIn(answer)
    if (!key && this.asked === 'keychain') throw locked(answer)
    return key
  }

  /** Asked once; of several processes that find no key one makes it. */
  async #readKey({ make }: { make: boolean }): Promise<KeychainAnswer> {
    this.#key ??= this.keychain.read(ACCOUNT)
    const found = await this.#key
    if (!make || 'problem' in found || found.secret !== undefined) return found
    this.#key = new PrivateFile(join(this.directory, 'keychain')).exclusively(async () => {
      const now = await this.keychain.read(ACCOUNT)
      if ('problem' in now || now.secret !== undefined) return now
      return this.keychain.write(ACCOUNT, randomBytes(KEY_BYTES).toString('base64'))
    })
    return this.#key
  }
}

function keyIn(answer: KeychainAnswer): Buffer | undefined {
  if ('problem' in answer || answer.secret === undefined) return undefined
  const key = Buffer.from(answer.secret, 'base64')
  return key.length === KEY_BYTES ? key : undefined
}

function locked(answer: KeychainAnswer): MhError {
  return secretsLocked('problem' in answer ? answer.problem : 'it has no key of ours')
}
