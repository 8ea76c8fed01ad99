import { flag, oneOf, text, whole, wholeOrNull } from '../setting.js'

/** Why the token endpoint refuses whatever is asked: states of an org that no record holds (auth.md §2, §1). */
const LOGIN_REFUSALS = [
  'app_not_found',
  'inactive_organization',
  'ip_restricted',
  'activation_secret_invalid',
  'flow_disabled',
] as const
export type LoginRefusal = (typeof LOGIN_REFUSALS)[number]

/** Who is let in, and for how long. */
export const AUTH_SETTINGS = {
  // auth.md §2
  consumerApproved: flag(true, "false: a login answers user hasn't approved this consumer"),
  userAssigned: flag(true, 'false: a login answers invalid_app_access'),
  // What an admin uploads (auth.md §2): mh-sf playground set certificate="$(cat mh-sf.crt)"
  certificate: text('', 'PEM of a certificate that the apps have beside their own; empty: none'),
  // auth.md §3
  clientCredentialsUser: text('', 'the username that the client credentials flow runs as; empty: the flow is refused'),
  // auth.md §4
  webServerSecretNeeded: flag(true, 'authorization codes and refresh tokens are taken with the client secret only'),
  webServerApproves: flag(false, 'the authorize page approves at once instead of asking'),
  // auth.md §5
  refreshTokenRotation: flag(false, 'every refresh gives a new refresh token and ends the old one'),
  refreshTokenLifetimeMs: wholeOrNull(
    null,
    'milliseconds from its approval until a refresh token is dead; null: never',
  ),
  // auth.md §8
  sessionSeconds: whole(7200, 'seconds without activity after which a session is dead'),
  // Blocked by default (auth.md §6).
  passwordGrant: flag(false, 'the username-password grant is let in'),
  // Off by default in new orgs (auth.md §7).
  soapLogin: flag(false, 'SOAP login() is let in, in versions that have it'),
  password: text('', "the password, with security token, of the apps' users for those two"),
  loginRefusal: oneOf([...LOGIN_REFUSALS, null], null, 'why the token endpoint refuses whatever is asked'),
}
