/** Where secrets are kept: `auto` is the keychain where one answers, else files of this user alone. */
export const SECRET_STORES = ['auto', 'keychain', 'file'] as const
export type SecretStore = (typeof SECRET_STORES)[number]

/** Which is in use, and why not the keychain. */
export interface SecretStoreState {
  asked: SecretStore
  used: 'keychain' | 'file'
  why?: string
  /** A keychain is there and does not help. */
  isBroken?: boolean
}
