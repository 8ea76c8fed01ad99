import { MhError } from '../errors.js'

/**
 * Seals what is kept on this machine with a key that the operating system's keychain keeps. `context` is what is sealed: a box opens only
 * under the context that it was sealed under.
 */
export interface Vault {
  /**
   * Asks the keychain for the key, or gives it one: before a lock is taken, because a person may have to unlock it first. Throws
   * SECRETS_LOCKED where one is demanded and does not help.
   */
  ready(): Promise<void>
  /** The text as a box, or undefined where there is no keychain and none is demanded. Throws SECRETS_LOCKED where one is. */
  seal(text: string, context: string): Promise<string | undefined>
  /** What is in a box; undefined when it is not what was sealed. Throws SECRETS_LOCKED when the keychain does not give the key. */
  open(box: string, context: string): Promise<string | undefined>
}

/** SECRETS_LOCKED: something is sealed, and why the key is not to be had. */
export function secretsLocked(why: string): MhError {
  return new MhError(
    'SECRETS_LOCKED',
    `What is kept of this login is sealed by the keychain, which does not help: ${why}.`,
    'Unlock it and run the command again. Where there is none (cron, containers), set MH_SF_SECRET_STORE=file and log in again.',
  )
}
