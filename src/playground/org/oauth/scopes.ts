/** What the app was given in its setup, and what a token gets when nothing is asked for (auth.md §1). */
export const DEFAULT_SCOPE = 'api web refresh_token'

/** The scope of flows without a user in front of a browser: no refresh token there (auth.md §2, §3). */
export const HEADLESS_SCOPE = 'api web'

const KNOWN = ['api', 'web', 'full', 'refresh_token', 'openid', 'id', 'profile', 'email', 'address', 'phone']
export const SCOPES: readonly string[] = [...KNOWN, 'offline_access']

/** The scopes asked for, `offline_access` under its other name; undefined when one of them is unknown. */
export function readScope(asked: string | null): string | undefined {
  const names = (asked ?? '').split(/\s+/).filter((name) => name !== '')
  if (names.length === 0) return DEFAULT_SCOPE
  const scopes = new Set(names.map((name) => (name === 'offline_access' ? 'refresh_token' : name)))
  return [...scopes].every((name) => KNOWN.includes(name)) ? [...scopes].join(' ') : undefined
}

export function hasScope(scope: string, name: string): boolean {
  return scope.split(' ').includes(name)
}
