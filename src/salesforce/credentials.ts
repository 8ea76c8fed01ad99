/** The ways to log in (auth.md §2-6); `sf` asks the Salesforce CLI for its own login. */
export const FLOWS = ['jwt', 'client-credentials', 'web', 'password', 'sf'] as const
export type Flow = (typeof FLOWS)[number]

/**
 * How to log in. A secret that is not here is kept with the session; what is secret stays in a file, in the keychain or in memory and is
 * never shown.
 */
export type Credentials = {
  loginUrl: string
  /** The name that somebody gave to this org; what is kept of its login is kept under it. */
  name?: string
} & (
  | { flow: 'jwt'; clientId: string; username: string; privateKeyPath: string }
  | { flow: 'client-credentials'; clientId: string; clientSecret?: string }
  | { flow: 'web'; clientId: string; clientSecret?: string; username?: string }
  | { flow: 'password'; clientId: string; clientSecret?: string; username: string; password?: string }
  | { flow: 'sf'; alias: string }
)

/** What tells one login from another: what is kept of it is kept under this. */
export function keyOf(credentials: Credentials): readonly string[] {
  if (credentials.name !== undefined) return ['named', credentials.name]
  const { flow, loginUrl } = credentials
  switch (flow) {
    case 'jwt':
    case 'password':
      return [loginUrl, credentials.clientId, credentials.username]
    case 'web':
      return [loginUrl, credentials.clientId, credentials.username ?? '', flow]
    case 'client-credentials':
      return [loginUrl, credentials.clientId, '', flow]
    case 'sf':
      return [loginUrl, credentials.alias, '', flow]
  }
}

/** Whether a new login needs nothing but these credentials: neither a person nor what was kept of an earlier login. */
export function needsNothingKept(credentials: Credentials): boolean {
  switch (credentials.flow) {
    case 'jwt':
    case 'sf':
      return true
    case 'client-credentials':
      return credentials.clientSecret !== undefined
    case 'password':
      return credentials.clientSecret !== undefined && credentials.password !== undefined
    case 'web':
      return false
  }
}
