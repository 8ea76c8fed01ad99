import type { Row, Store } from '../store.js'

/** Who asks: what statements read of their user. */
export interface Caller {
  /** 18 characters. */
  readonly userId: string
  /** An IANA name; date literals are evaluated in it (soql.md §3). */
  readonly timeZone: string
  /** `en_US`; weeks begin as they do there. */
  readonly locale: string
}

/** A caller without a user of his own. */
export const NOBODY: Caller = { userId: '', timeZone: 'UTC', locale: 'en_US' }

const textAt = (user: Row | undefined, field: string, otherwise: string): string => {
  const value = user?.[field]
  return typeof value === 'string' ? value : otherwise
}

/** The user behind a session. */
export const callerOf = (store: Store, userId: string): Caller => {
  const user = store.get(userId)
  return {
    userId,
    timeZone: textAt(user, 'TimeZoneSidKey', NOBODY.timeZone),
    locale: textAt(user, 'LocaleSidKey', NOBODY.locale),
  }
}
