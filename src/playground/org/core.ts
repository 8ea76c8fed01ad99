import type { KeptFiles } from '../journal/kept-files.js'
import type { Allowance } from './allowance.js'
import type { Dml } from './dml.js'
import type { Rights } from './rights.js'
import type { KeptPart } from './kept-part.js'
import type { Sessions } from './session.js'
import type { OrgSettings } from './settings.js'
import type { Store } from './store.js'

/** An app that may log in. */
export interface Consumer {
  readonly clientId: string
  /** Needed by all flows but JWT bearer. */
  readonly clientSecret?: string
  /** What the approval page calls it. @default its clientId */
  readonly label?: string
  /** Where the web server flow may lead back to; compared exactly (auth.md §4). @default none */
  readonly callbackUrls?: readonly string[]
  /** PEM, SPKI: the certificate uploaded to the app. */
  readonly publicKey: string
  /** The user it may log in as. */
  readonly username: string
  /** The username that its client credentials run as (auth.md §3). @default none: they are refused */
  readonly runAs?: string
  /** False: the user has not approved the app. @default true */
  readonly approved?: boolean
}

/** What the resources of one org share. */
export interface OrgCore {
  readonly store: Store
  readonly dml: Dml
  readonly sessions: Sessions
  readonly settings: OrgSettings
  readonly allowance: Allowance
  readonly consumers: readonly Consumer[]
  /** 18 characters. */
  readonly orgId: string
  /** Where the org answers, `http://127.0.0.1:port`; known once it listens. */
  url(): string
  /** The org's clock, epoch milliseconds; the control surface can move it. */
  now(): number
  /** The clock that clients have, which stays when the org's is moved: what they sign is dated by it. */
  clientNow(): number
  /** Has `forget` called when the org is reset: for what a resource keeps beside the records. */
  onReset(forget: () => void): void
  /** Has a part survive a restart, when the org is one that does: for what a resource keeps beside the records. */
  keep(part: KeptPart): void
  /** What is too large for such a part: files beside it, each named by one. */
  readonly files: KeptFiles
  /**
   * Ends a change of the org; whoever acknowledges it waits for the promise, if there is one. Rejects when the change could
   * not be written to the disk.
   */
  commit(): Promise<unknown> | undefined
  /** Has `revoke` called when every refresh token is to be revoked, as an admin can. */
  onRevokeAll(revoke: () => void): void
  revokeAll(): void
  /** Whether field-level security hides a field. */
  hidden(object: string, field: string): boolean
  /** Whether it shows the field and lets nobody write it. */
  readOnly(object: string, field: string): boolean
  readonly rights: Rights
}
