/** What the page tells the user, all of it unescaped. */
export interface ApprovalPage {
  readonly app: string
  readonly username: string
  readonly scopes: readonly string[]
  /** Comes back with the answer. */
  readonly key: string
}

/** What the scopes mean, in the words of the platform's setup. */
const MEANINGS: Readonly<Record<string, string>> = {
  api: 'Manage user data via APIs',
  web: 'Manage user data via web browsers',
  full: 'Full access',
  refresh_token: 'Perform requests at any time',
  openid: 'Access unique user identifiers',
  id: 'Access the identity URL service',
}

/** The page that asks a user whether an app may come in: no script, nothing from elsewhere. */
export function approvalPage({ app, username, scopes, key }: ApprovalPage): string {
  const list = scopes.map((scope) => `<li>${escaped(MEANINGS[scope] ?? scope)}</li>`).join('')
  return page(
    'Allow Access?',
    `<p><b>${escaped(app)}</b> is asking to:</p><ul>${list}</ul>
<p>Do you want to allow access for <b>${escaped(username)}</b>?</p>
<form method="post" action="/services/oauth2/authorize"><input type="hidden" name="key" value="${escaped(key)}">
<button name="decision" value="deny">Deny</button> <button name="decision" value="allow">Allow</button></form>`,
  )
}

/** What is wrong with a request that cannot be led back to its app (auth.md §4). */
export function errorPage(error: string, description: string): string {
  const line = `error=${error}&error_description=${encodeURIComponent(description)}`
  return page('OAuth Error', `<p>We can&#39;t authorize you because of an OAuth error.</p><pre>${escaped(line)}</pre>`)
}

function page(title: string, inside: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title} | Playground</title><style>
body{font:16px/1.5 sans-serif;max-width:32em;margin:4em auto;padding:0 1em;color:#181818}button{font:inherit;padding:.4em 1.5em}
</style></head><body><h1>${title}</h1>
${inside}
<p><small>This is the playground&#39;s stand-in org: there is no password to give.</small></p></body></html>
`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}
