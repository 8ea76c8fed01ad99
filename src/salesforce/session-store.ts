import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'
import { FLOWS } from './credentials.js'
import { PrivateFile } from './private-file.js'
import { secretsLocked, type Vault } from './vault.js'

/** A login that the org has granted. */
export const session = z.object({
  accessToken: z.string().min(1),
  instanceUrl: z.string(),
  /** 18 characters. */
  orgId: z.string(),
  userId: z.string(),
  username: z.string(),
  loginUrl: z.string(),
  flow: z.enum(FLOWS),
  /** The API version to speak, e.g. "66.0": ours, or the org's highest if that is lower. */
  apiVersion: z.string(),
  /** ISO time of the login. */
  issuedAt: z.string(),
})
export type Session = z.infer<typeof session>

/** What is kept of one login: the session, and the secrets that renew it as far as no setting holds them. */
const keptLogin = z.object({
  session,
  refreshToken: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
})
export type KeptLogin = z.infer<typeof keptLogin>

const plain = keptLogin.extend({ version: z.literal(1) })
const sealed = z.object({ version: z.literal(1), sealed: z.string().min(1) })

/**
 * What is kept of one login, shared by all processes of the user: a private file, sealed where there is a keychain that keeps the key.
 */
export class SessionStore {
  readonly #file: PrivateFile

  /** `key`: whose login it is, see `keyOf`. Without a vault nothing is sealed. */
  constructor(
    directory: string,
    key: readonly string[],
    private readonly vault?: Vault,
  ) {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex')
    this.#file = new PrivateFile(join(directory, `${name.slice(0, 32)}.json`))
  }

  get path(): string {
    return this.#file.path
  }

  /**
   * What is kept, or nothing. Throws STATE_FILE_UNSAFE or STATE_FILE_DAMAGED, both naming the file and the fix, and SECRETS_LOCKED when it
   * is sealed and the keychain does not give the key.
   */
  async read(): Promise<KeptLogin | undefined> {
    const text = await this.#file.read()
    if (text === undefined) return undefined
    const found = plain.safeParse(await this.#unsealed(text))
    if (!found.success) throw this.#damaged()
    return keptLogin.parse(found.data)
  }

  async write(kept: KeptLogin): Promise<void> {
    const text = JSON.stringify({ version: 1, ...kept })
    const box = await this.vault?.seal(text, basename(this.path))
    await this.#file.write(box === undefined ? text : JSON.stringify({ version: 1, sealed: box }))
  }

  async remove(): Promise<void> {
    await this.#file.remove()
  }

  /**
   * Runs alone among all processes of the user that use this login; see `PrivateFile`. What is to be kept can be sealed then without
   * anybody being asked. Throws SECRETS_LOCKED.
   */
  async exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.vault?.ready()
    return this.#file.exclusively(work, signal)
  }

  async #unsealed(text: string): Promise<unknown> {
    const value = parseJson(text)
    const box = sealed.safeParse(value)
    if (!box.success) return value
    if (!this.vault) throw secretsLocked('files were demanded (MH_SF_SECRET_STORE=file), or this program asks none')
    const opened = await this.vault.open(box.data.sealed, basename(this.path))
    return opened === undefined ? undefined : parseJson(opened)
  }

  #damaged(): MhError {
    return new MhError(
      'STATE_FILE_DAMAGED',
      `The cached session ${this.path} cannot be read.`,
      `Remove it with \`rm ${this.path}\` and log in again.`,
    )
  }
}
